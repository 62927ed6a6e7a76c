"""What is wrong with a dashboard of Grafana, as far as its JSON tells."""

import re
from collections.abc import Iterator
from typing import Any

import promql

_TYPES = {"row", "stat", "timeseries"}
_COLUMNS = 24
# Of Grafana itself.
_BUILT_IN = {"__rate_interval", "__interval", "__range"}


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard.get("panels", []):
        yield panel
        yield from panels(panel)


def expressions(dashboard: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The title and the expression of every query, its variables filled in."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield panel["title"], re.sub(r"\$(?:__\w+|\{__\w+\})", "5m", target["expr"])


def faults(dashboard: dict[str, Any], known: set[str]) -> list[str]:
    found = [f"it has no {key}" for key in ("uid", "title", "description", "schemaVersion") if not dashboard.get(key)]
    if dashboard.get("editable") is not False:
        found.append("it can be edited where the change is lost")
    every = list(panels(dashboard))
    found += _twice([panel.get("id") for panel in every], "id")
    found += _overlaps(every)
    variables = {variable["name"] for variable in dashboard.get("templating", {}).get("list", [])} | _BUILT_IN
    for panel in every:
        found += [f"{panel.get('title')!r} {fault}" for fault in _panel(panel, variables, known)]
    return found


def _panel(panel: dict[str, Any], variables: set[str], known: set[str]) -> list[str]:
    if panel.get("type") not in _TYPES:
        return [f"is of the type {panel.get('type')}"]
    if panel["type"] == "row":
        return []
    found = [f"has no {key}" for key in ("title", "description", "targets") if not panel.get(key)]
    if panel.get("datasource", {}).get("uid") != "${datasource}":
        found.append("asks a source of its own")
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        found.append("has no unit")
    found += _twice([target.get("refId") for target in panel.get("targets", [])], "refId")
    for target in panel.get("targets", []):
        expression = target.get("expr", "")
        for name in re.findall(r"\$\{?(\w+)", expression):
            if name not in variables:
                found.append(f"uses ${name}, which there is not")
        found += [f"reads {name}, which nobody exports" for name in sorted(promql.unknown(expression, known))]
    return found


def _twice(values: list[Any], what: str) -> list[str]:
    return [f"the {what} {value} stands twice" for value in sorted({v for v in values if values.count(v) > 1}, key=str)]


def _overlaps(every: list[dict[str, Any]]) -> list[str]:
    taken: dict[tuple[int, int], str] = {}
    found = []
    for panel in every:
        place, title = panel["gridPos"], panel.get("title", "")
        if place["x"] + place["w"] > _COLUMNS:
            found.append(f"{title!r} is wider than the page")
        columns, rows = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        cells = [(x, y) for x in columns for y in rows]
        below = {taken[cell] for cell in cells if cell in taken}
        found += [f"{title!r} lies on {other!r}" for other in sorted(below)]
        taken |= dict.fromkeys(cells, title)
    return found

"""Which metrics a PromQL expression reads. Prometheus' own parser has the last word on its grammar (promtool)."""

import re

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_LABEL_LISTS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_MATCHERS = re.compile(r"\{[^{}]*\}")
_RANGES = re.compile(r"\[[^\[\]]*\]")
_VARIABLES = re.compile(r"\$\{?\w+(?::\w+)?\}?")
_NAMES = re.compile(r"(?<![\w.:])([a-zA-Z_:][\w:]*)(?!\s*\()(?![\w:])")
_WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan", "group_left", "group_right", "start", "end", "atan2"}
_AGGREGATIONS = {"sum", "min", "max", "avg", "count", "topk", "bottomk", "quantile", "stddev", "stdvar", "group"}
_PARTS = ("_bucket", "_count", "_sum")


def metrics(expression: str) -> set[str]:
    """The names of the metrics in an expression, also in one with variables of Grafana."""
    text = _STRINGS.sub('""', expression)
    for pattern in (_LABEL_LISTS, _MATCHERS, _RANGES, _VARIABLES):
        text = pattern.sub(" ", text)
    return {name for name in _NAMES.findall(text) if name.lower() not in _WORDS | _AGGREGATIONS}


def unknown(expression: str, known: set[str]) -> set[str]:
    """Those that nobody exports. A histogram is known by its own name."""
    return {name for name in metrics(expression) if name not in known and _base(name) not in known}


def _base(name: str) -> str:
    for part in _PARTS:
        if name.endswith(part):
            return name.removesuffix(part)
    return name

"""Dashboards show what somebody exports, and Grafana finds them in the cluster and in compose."""

import copy
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import yaml

import dashboards
import exported
import project
import tools

COMPOSE = project.ROOT / "compose"
# Told by other metrics as well, or of interest to few.
ASIDE = {
    "process_start_time_seconds",
    "shotify_graphql_errors_total",
    "shotify_sql_replica_used",
    "shotify_sql_statements_total",
    "shotify_trace_spans_total",
}


def shipped() -> list[tuple[str, dict[str, Any]]]:
    return [(file.name, json.loads(file.read_text())) for file in sorted(project.DASHBOARDS.glob("*.json"))]


class Checks(unittest.TestCase):
    """The check itself finds what it is for."""

    def test_each_fault_is_found(self) -> None:
        known = exported.everything()
        good = shipped()[0][1]
        self.assertEqual(dashboards.faults(good, known), [])
        for what, change in (
            ("nobody exports", lambda d: _first(d)["targets"][0].update(expr="rate(shotify_made_up_total[5m])")),
            ("which there is not", lambda d: _first(d)["targets"][0].update(expr='up{pod="$pod"}')),
            ("stands twice", lambda d: _first(d).update(id=1)),
            ("lies on", lambda d: _first(d)["gridPos"].update(y=0)),
            ("wider than the page", lambda d: _first(d)["gridPos"].update(w=25)),
            ("a source of its own", lambda d: _first(d).update(datasource={"uid": "prometheus"})),
            ("has no unit", lambda d: _first(d)["fieldConfig"]["defaults"].pop("unit")),
            ("has no description", lambda d: _first(d).pop("description")),
            ("has no uid", lambda d: d.pop("uid")),
            ("of the type graph", lambda d: _first(d).update(type="graph")),
        ):
            with self.subTest(what):
                broken = copy.deepcopy(good)
                change(broken)
                self.assertIn(what, "; ".join(dashboards.faults(broken, known)))


def _first(dashboard: dict[str, Any]) -> dict[str, Any]:
    return next(panel for panel in dashboards.panels(dashboard) if panel["type"] != "row")


class Dashboards(unittest.TestCase):
    def test_none_has_a_fault(self) -> None:
        known = exported.everything()
        for name, dashboard in shipped():
            self.assertEqual(dashboards.faults(dashboard, known), [], name)

    def test_each_has_an_address_of_its_own(self) -> None:
        addresses = [dashboard["uid"] for _, dashboard in shipped()]
        self.assertEqual(len(addresses), len(set(addresses)))

    def test_the_cluster_gets_all_of_them(self) -> None:
        kustomization = yaml.safe_load((project.MONITORING / "kustomization.yaml").read_text())
        generator = kustomization["configMapGenerator"][0]
        self.assertEqual({f"dashboards/{name}" for name, _ in shipped()}, set(generator["files"]))
        self.assertEqual(generator["options"]["labels"], {"grafana_dashboard": "1"})

    def test_every_metric_that_shotify_promises_is_shown_somewhere(self) -> None:
        shown = " ".join(query for _, dashboard in shipped() for _, query in dashboards.expressions(dashboard))
        promised = exported.names(Path(__file__).parent / "exporters" / "shotify.txt")
        self.assertEqual({name for name in promised if name not in shown} - ASIDE, set())


@unittest.skipUnless(tools.PROMTOOL, "promtool is not installed")
class Promtool(unittest.TestCase):
    def test_every_query_is_valid(self) -> None:
        found = [query for _, dashboard in shipped() for query in dashboards.expressions(dashboard)]
        rules = [{"record": f"query:{number}", "expr": query} for number, (_, query) in enumerate(found)]
        self.assertGreater(len(rules), 80)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "queries.yaml"
            file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
            tools.run(tools.PROMTOOL, "check", "rules", file)

    def test_the_prometheus_of_compose_starts(self) -> None:
        tools.run(tools.PROMTOOL, "check", "config", COMPOSE / "prometheus" / "prometheus.yml")


if __name__ == "__main__":
    unittest.main()

"""Every rule is valid, reads what somebody exports, is tested both ways, and has a page that says what to do."""

import copy
import re
import tempfile
import unittest
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

import exported
import project
import promql
import tools
from project import Alert

# It fires always.
NEVER_SILENT = {"Watchdog"}
SECTIONS = ["What it means", "What users notice", "What to look at", "What to do"]


def untested(alerts: Iterable[Alert], tests: Iterable[dict[str, Any]]) -> list[str]:
    """The alerts that no test sees firing, or none sees silent."""
    fires: set[tuple[str, str]] = set()
    silent: set[tuple[str, str]] = set()
    known = {(alert.name, alert.severity) for alert in alerts}
    for case in (case for test in tests for case in test.get("alert_rule_test", [])):
        expected = {(case["alertname"], alert["exp_labels"]["severity"]) for alert in case.get("exp_alerts", [])}
        fires |= expected
        silent |= {key for key in known if key[0] == case["alertname"]} - expected
    silent |= {key for key in known if key[0] in NEVER_SILENT}
    return [f"{name} ({severity}) is never seen firing" for name, severity in sorted(known - fires)] + [
        f"{name} ({severity}) is never seen silent" for name, severity in sorted(known - silent)
    ]


def unfit(alert: Alert) -> list[str]:
    """What an alert lacks for those whom it wakes."""
    found = []
    labels, notes = alert.rule.get("labels", {}), alert.rule.get("annotations", {})
    if alert.severity not in ("critical", "warning", "info") and alert.name not in NEVER_SILENT:
        found.append(f"has the severity {alert.severity!r}")
    if not labels.get("component"):
        found.append("has no component")
    for note, least in (("summary", 15), ("description", 25)):
        if len(notes.get(note, "")) < least:
            found.append(f"has no useful {note}")
    if notes.get("runbook_url") != f"{project.RUNBOOK_BASE}{alert.name}.md":
        found.append("does not lead to its page")
    return [f"{alert.name} {what}" for what in found]


def pages_apart(names: set[str], pages: set[str]) -> list[str]:
    """Alerts without a page and pages without an alert."""
    return [f"{name} has no page" for name in sorted(names - pages)] + [
        f"the page {page} is of no alert" for page in sorted(pages - names)
    ]


def queries(rule: dict[str, Any]) -> list[str]:
    """The expression of a rule and those within its texts."""
    texts = " ".join(rule.get("annotations", {}).values())
    return [rule["expr"], *re.findall(r'query "([^"]+)"', texts)]


class Checks(unittest.TestCase):
    """The checks themselves find what they are for."""

    def test_an_alert_that_is_tested_one_way_is_found(self) -> None:
        alert = Alert("A", "warning", {})
        firing = {"alertname": "A", "exp_alerts": [{"exp_labels": {"severity": "warning"}}]}
        self.assertIn("A (warning) is never seen silent", untested([alert], [{"alert_rule_test": [firing]}]))
        silent = {"alertname": "A"}
        self.assertIn("A (warning) is never seen firing", untested([alert], [{"alert_rule_test": [silent]}]))
        self.assertEqual(untested([alert], [{"alert_rule_test": [firing, silent]}]), [])

    def test_an_alert_without_text_or_page_is_found(self) -> None:
        found = unfit(Alert("A", "urgent", {"labels": {"severity": "urgent"}, "annotations": {"summary": "Oh"}}))
        self.assertEqual(len(found), 5, found)

    def test_a_page_too_few_or_too_many_is_found(self) -> None:
        self.assertEqual(pages_apart({"A", "B"}, {"B", "C"}), ["A has no page", "the page C is of no alert"])


class Rules(unittest.TestCase):
    def test_every_alert_says_what_is_wrong_and_leads_to_its_page(self) -> None:
        self.assertEqual([what for alert in project.all_alerts() for what in unfit(alert)], [])

    def test_every_alert_has_a_page_and_every_page_an_alert(self) -> None:
        pages = {page.stem for page in project.RUNBOOKS.glob("*.md")}
        self.assertEqual(pages_apart({alert.name for alert in project.all_alerts()}, pages), [])

    def test_every_page_has_its_sections(self) -> None:
        for page in project.RUNBOOKS.glob("*.md"):
            headings = [line.removeprefix("## ") for line in page.read_text().splitlines() if line.startswith("## ")]
            self.assertEqual(headings, SECTIONS, page.name)

    def test_every_metric_is_exported_by_somebody(self) -> None:
        known = exported.everything()
        for rule in project.all_rules():
            for query in queries(rule):
                self.assertEqual(promql.unknown(query, known), set(), rule.get("alert") or rule.get("record"))

    def test_every_alert_is_tested_both_ways(self) -> None:
        tests = [test for file in sorted(project.RULE_TESTS.glob("*.yaml")) for test in _tests(file)["tests"]]
        self.assertEqual(untested(project.all_alerts(), tests), [])

    def test_every_file_is_part_of_what_is_applied(self) -> None:
        listed = yaml.safe_load((project.MONITORING / "kustomization.yaml").read_text())["resources"]
        self.assertEqual({f"rules/{file.name}" for file in project.rule_files()} - set(listed), set())


@unittest.skipUnless(tools.PROMTOOL, "promtool is not installed")
class Promtool(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_the_rules_are_valid(self) -> None:
        for file in project.rule_files():
            target = self.folder / file.name
            target.write_text(yaml.safe_dump(project.groups(file)))
        tools.run(tools.PROMTOOL, "check", "rules", *sorted(self.folder.iterdir()))

    def test_the_alerts_fire_when_they_should_and_not_else(self) -> None:
        with ThreadPoolExecutor() as pool:
            for name, fault in pool.map(self.fault, project.rule_files()):
                with self.subTest(name):
                    self.assertEqual(fault, "")

    def fault(self, file: Path) -> tuple[str, str]:
        """What the unit tests of a file say, nothing where they pass."""
        # The texts are not compared: the end-to-end test sees them rendered.
        spec = copy.deepcopy(project.groups(file))
        for rule in project.rules(spec):
            rule.pop("annotations", None)
        (self.folder / file.name).write_text(yaml.safe_dump(spec))
        test = self.folder / f"{file.stem}.test.yaml"
        # What alerts read is recorded before them; Prometheus has no order, and looks at both often enough.
        order = [group["name"] for group in spec["groups"]]
        frame = {"rule_files": [file.name], "group_eval_order": order}
        test.write_text(yaml.safe_dump({**frame, **_tests(project.RULE_TESTS / file.name)}))
        try:
            tools.run(tools.PROMTOOL, "test", "rules", test.name, cwd=self.folder)
        except AssertionError as error:
            return file.name, str(error)
        return file.name, ""


def _tests(file: Path) -> dict[str, Any]:
    tests: dict[str, Any] = yaml.safe_load(file.read_text())
    return tests


if __name__ == "__main__":
    unittest.main()

"""Where the shipped files are, and how they are read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "k8s" / "monitoring"
RULES = MONITORING / "rules"
RULE_TESTS = Path(__file__).parent / "rules"
DASHBOARDS = MONITORING / "dashboards"
ALERTMANAGER = MONITORING / "alertmanager" / "alertmanager.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"
RUNBOOK_BASE = "https://github.com/shotify/shotify/blob/main/docs/runbooks/"


@dataclass(frozen=True)
class Alert:
    """An alerting rule. The same name may stand for a warning and for something critical."""

    name: str
    severity: str
    rule: dict[str, Any]


def groups(file: Path) -> dict[str, Any]:
    """The rules of a PrometheusRule as Prometheus itself reads them."""
    spec: dict[str, Any] = yaml.safe_load(file.read_text())["spec"]
    return spec


def rule_files() -> list[Path]:
    return sorted(RULES.glob("*.yaml"))


def rules(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [rule for group in spec["groups"] for rule in group["rules"]]


def alerts(spec: dict[str, Any]) -> list[Alert]:
    return [
        Alert(rule["alert"], rule.get("labels", {}).get("severity", ""), rule)
        for rule in rules(spec)
        if "alert" in rule
    ]


def all_rules() -> list[dict[str, Any]]:
    return [rule for file in rule_files() for rule in rules(groups(file))]


def all_alerts() -> list[Alert]:
    return [alert for file in rule_files() for alert in alerts(groups(file))]

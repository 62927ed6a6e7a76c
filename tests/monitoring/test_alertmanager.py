"""Who is told of what, and what silences what."""

import tempfile
import unittest
from pathlib import Path
from typing import Any

import project
import shortened
import tools
from receivers import Receivers

# Labels of an alert, and who is told of it.
ROUTES = [
    ({"alertname": "Watchdog", "severity": "none"}, "healthchecks"),
    ({"alertname": "ShotifyDown", "severity": "critical", "component": "server"}, "zenduty,slack"),
    ({"alertname": "MySQLReplicationLags", "severity": "warning", "component": "mysql"}, "slack"),
    ({"alertname": "ShotifyGuardRefusals", "severity": "info"}, "slack-info"),
    ({"alertname": "SomebodyElsesAlert"}, "slack"),
]

# An alert that fires, and those that are not told while it does.
SILENCED: list[tuple[dict[str, str], list[dict[str, str]]]] = [
    (
        {"alertname": "ShotifyDown", "severity": "critical", "component": "server"},
        [
            {"alertname": "ShotifyLatencyBudgetBurn", "severity": "critical", "component": "server"},
            {"alertname": "ShotifyEdgeErrors", "severity": "critical", "component": "edge"},
            {"alertname": "ShotifyNoSales", "severity": "critical", "component": "business"},
            {"alertname": "TargetDown", "severity": "warning", "component": "monitoring", "job": "shotify"},
        ],
    ),
    (
        {"alertname": "VolumeFillsUp", "severity": "critical", "namespace": "shotify", "persistentvolumeclaim": "a"},
        [{"alertname": "VolumeFillsUp", "severity": "warning", "namespace": "shotify", "persistentvolumeclaim": "a"}],
    ),
    (
        {"alertname": "MySQLPrimaryAbsent", "severity": "critical", "component": "mysql"},
        [{"alertname": "MySQLReplicationBroken", "severity": "warning", "component": "mysql", "pod": "mysql-1"}],
    ),
    (
        {"alertname": "RedisDown", "severity": "critical", "component": "redis"},
        [{"alertname": "ShotifyRedisFailing", "severity": "warning", "component": "redis"}],
    ),
]
# What is told all the same beside all of those.
TOLD = [
    {"alertname": "VolumeFillsUp", "severity": "warning", "namespace": "shotify", "persistentvolumeclaim": "b"},
    {"alertname": "TargetDown", "severity": "warning", "component": "monitoring", "job": "mysql"},
    {"alertname": "CertificateExpires", "severity": "warning", "component": "certificate"},
    {"alertname": "ShotifyOutboxOld", "severity": "critical", "component": "worker"},
]


class Secrets(unittest.TestCase):
    def test_the_configuration_holds_no_url_but_by_file(self) -> None:
        for line in project.ALERTMANAGER.read_text().splitlines():
            self.assertNotRegex(line, r"https?://")


@unittest.skipUnless(tools.AMTOOL and tools.ALERTMANAGER, "Alertmanager is not installed")
class Alertmanager(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.receivers = self.enterContext(Receivers())
        self.receivers.write_secrets(self.folder)

    def test_the_configuration_is_valid_and_each_class_goes_where_it_should(self) -> None:
        config = self.folder / "alertmanager.yaml"
        config.write_text(shortened.placed(self.folder))
        tools.run(tools.AMTOOL, "check-config", config)
        for labels, receivers in ROUTES:
            with self.subTest(labels["alertname"]):
                options = [f"--config.file={config}", f"--verify.receivers={receivers}"]
                tools.run(tools.AMTOOL, "config", "routes", "test", *options, *_matchers(labels))

    def test_what_follows_from_something_else_is_not_told(self) -> None:
        api = self.start()
        sources = [source for source, _ in SILENCED]
        tools.fetch(f"{api}/alerts", [{"labels": labels} for labels in sources])
        tools.until("the sources", lambda: len(tools.fetch(f"{api}/alerts")) == len(sources))
        targets = [target for _, found in SILENCED for target in found]
        tools.fetch(f"{api}/alerts", [{"labels": labels} for labels in targets + TOLD])
        for labels in TOLD:
            self.assert_state(api, labels, "active")
        for labels in targets:
            self.assert_state(api, labels, "suppressed")

    def assert_state(self, api: str, labels: dict[str, str], state: str) -> None:
        def found() -> Any:
            every = tools.fetch(f"{api}/alerts")
            return [alert for alert in every if alert["labels"] == labels and alert["status"]["state"] == state]

        tools.until(f"{labels} to be {state}", found)

    def start(self) -> str:
        config, port = self.folder / "hurried.yaml", tools.free_port()
        config.write_text(shortened.alertmanager(self.folder))
        server = tools.Server(
            self.folder / "alertmanager.log",
            tools.ALERTMANAGER,
            f"--config.file={config}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
            cwd=self.folder,
        )
        self.addCleanup(server.stop)
        server.wait_until_it_answers(f"http://127.0.0.1:{port}/-/ready")
        return f"http://127.0.0.1:{port}/api/v2"


def _matchers(labels: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in labels.items()]


if __name__ == "__main__":
    unittest.main()

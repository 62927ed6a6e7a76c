"""A server that stops reaches those on duty, and the Watchdog reaches its own: with the shipped rules and
configuration, the real Prometheus, the real Alertmanager, and Shotify itself where it was built."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

import project
import shortened
import tools
from receivers import Receivers

# Without it something stands in that exports as much as the rules need to see that it lives.
SHOTIFY = Path(os.environ.get("SHOTIFY_BINARY", project.ROOT / "target" / "debug" / "shotify"))
STAND_IN = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"shotify_build_info 1\\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@unittest.skipUnless(tools.PROMETHEUS and tools.ALERTMANAGER, "Prometheus or Alertmanager is not installed")
class FromAServerToAPhone(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.receivers = self.enterContext(Receivers())
        self.receivers.write_secrets(self.folder)
        self.metrics_port = tools.free_port()

    def test_a_stopped_server_is_told_and_the_watchdog_comes_all_the_time(self) -> None:
        server = self.start_shotify()
        alertmanager = self.start_alertmanager()
        self.start_prometheus(alertmanager)
        got = self.receivers
        tools.until("the Watchdog", lambda: got.names("healthchecks"))
        # Those of what does not run here at all: Prometheus evaluates and Alertmanager delivers.
        tools.until(
            "what is missing here, at Zenduty", lambda: {"MySQLPrimaryAbsent", "RedisDown"} <= got.names("zenduty")
        )
        tools.until("what is missing here, in Slack", lambda: got.slack("There is no backup"))
        # Before it was looked at for the first time it may have passed for stopped.
        tools.until("the server to be seen", lambda: "ShotifyDown" not in active(alertmanager))
        self.check_who_was_told_nothing()
        got.forget()

        server.stop()
        tools.until("the stopped server, at Zenduty", lambda: "ShotifyDown" in got.names("zenduty"))
        told = tools.until("the stopped server, in Slack", lambda: got.slack("CRITICAL: ShotifyDown"))[0]
        for text in ("No Shotify server answers", "Nobody can look at", "docs/runbooks/ShotifyDown.md", '"danger"'):
            self.assertIn(text, told)
        got.forget()

        self.start_shotify()
        tools.until("the end of it, at Zenduty", lambda: "ShotifyDown" in got.names("zenduty", "resolved"))
        tools.until("the end of it, in Slack", lambda: got.slack("Over: ShotifyDown"))
        tools.until("the Watchdog all the time", lambda: len(got.got("healthchecks")) > 1)
        self.check_who_was_told_nothing()

    def check_who_was_told_nothing(self) -> None:
        got = self.receivers
        self.assertEqual(got.names("healthchecks"), {"Watchdog"})
        self.assertEqual(got.slack("Watchdog"), [])
        critical = {alert.name for alert in project.all_alerts() if alert.severity == "critical"}
        self.assertEqual(got.names("zenduty") - critical, set())

    def start_shotify(self) -> tools.Server:
        address = f"127.0.0.1:{self.metrics_port}"
        if SHOTIFY.exists():
            command: tuple[str | Path, ...] = (SHOTIFY, "serve")
        else:
            print(f"{SHOTIFY} is not built: something stands in for it", file=sys.stderr)
            command = (sys.executable, "-c", STAND_IN, str(self.metrics_port))
        settings = {"HTTP_ADDR": "127.0.0.1:0", "METRICS_ADDR": address, "DATA_DIR": str(self.folder / "shotify")}
        server = tools.Server(self.folder / "shotify.log", *command, cwd=self.folder, env=settings)
        self.addCleanup(server.stop)
        server.wait_until_it_answers(f"http://{address}/metrics")
        return server

    def start_alertmanager(self) -> str:
        config, address = self.folder / "alertmanager.yaml", f"127.0.0.1:{tools.free_port()}"
        config.write_text(shortened.alertmanager(self.folder))
        server = tools.Server(
            self.folder / "alertmanager.log",
            tools.ALERTMANAGER,
            f"--config.file={config}",
            f"--storage.path={self.folder / 'alertmanager'}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
            cwd=self.folder,
        )
        self.addCleanup(server.stop)
        server.wait_until_it_answers(f"http://{address}/-/ready")
        return address

    def start_prometheus(self, alertmanager: str) -> None:
        config, address = self.folder / "prometheus.yaml", f"127.0.0.1:{tools.free_port()}"
        target = [f"127.0.0.1:{self.metrics_port}"]
        settings = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(shortened.rules(self.folder))],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
            "scrape_configs": [{"job_name": "shotify", "static_configs": [{"targets": target}]}],
        }
        config.write_text(yaml.safe_dump(settings))
        server = tools.Server(
            self.folder / "prometheus.log",
            tools.PROMETHEUS,
            f"--config.file={config}",
            f"--storage.tsdb.path={self.folder / 'prometheus'}",
            f"--web.listen-address={address}",
            "--rules.alert.resend-delay=1s",
            cwd=self.folder,
        )
        self.addCleanup(server.stop)
        server.wait_until_it_answers(f"http://{address}/-/ready")


def active(alertmanager: str) -> set[str]:
    """The names of the alerts that Alertmanager holds for firing."""
    return {alert["labels"]["alertname"] for alert in tools.fetch(f"http://{alertmanager}/api/v2/alerts?active=true")}


if __name__ == "__main__":
    unittest.main()

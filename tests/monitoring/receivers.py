"""Stand-ins for Slack, Zenduty and healthchecks.io, which keep what they are sent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Receivers:
    """One server, a path for each. Their URLs are written to files, as the cluster's secret has them."""

    SECRETS = {"slack-webhook-url": "slack", "zenduty-webhook-url": "zenduty", "healthchecks-url": "healthchecks"}

    def __init__(self) -> None:
        self._got: dict[str, list[Any]] = {name: [] for name in self.SECRETS.values()}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def write_secrets(self, folder: Path) -> None:
        for file, name in self.SECRETS.items():
            (folder / file).write_text(f"http://127.0.0.1:{self._server.server_port}/{name}")

    def forget(self) -> None:
        for messages in self._got.values():
            messages.clear()

    def got(self, name: str) -> list[Any]:
        """What came so far, as JSON."""
        return list(self._got[name])

    def slack(self, text: str) -> list[str]:
        """The messages in Slack that hold a text."""
        messages = [json.dumps(message) for message in self.got("slack")]
        return [message for message in messages if text in message]

    def names(self, name: str, status: str = "firing") -> set[str]:
        """The names of the alerts that a webhook was told of."""
        return {
            alert["labels"]["alertname"]
            for message in self.got(name)
            for alert in message["alerts"]
            if alert["status"] == status
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        got = self._got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got[self.path.strip("/")].append(json.loads(body))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        return Handler

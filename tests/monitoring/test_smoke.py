"""The question whether a roll-out serves is answered honestly."""

import json
import os
import subprocess
import threading
import unittest
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from project import ROOT

Answer = Callable[[str], tuple[int, str]]
PAGE = "<!doctype html><title>Pictures · Shotify</title>"


def well(query: str) -> tuple[int, str]:
    if not query:
        return 200, PAGE
    if "validateUser" in query:
        return 200, _error("INVALID_TOKEN")
    return 200, '{"data":{"__typename":"Query"}}'


def without_a_database(query: str) -> tuple[int, str]:
    return (503, _error("UNAVAILABLE")) if "validateUser" in query else well(query)


def somebody_else(query: str) -> tuple[int, str]:
    return 200, "<title>Welcome to nginx</title>"


def failing(query: str) -> tuple[int, str]:
    return (500, PAGE) if not query else well(query)


def _error(code: str) -> str:
    return json.dumps({"data": None, "errors": [{"extensions": {"code": code}}]}, separators=(",", ":"))


class Smoke(unittest.TestCase):
    def test_what_serves_passes(self) -> None:
        self.assertEqual(self.ask(well), 0)

    def test_what_does_not_serve_fails(self) -> None:
        for answer in (without_a_database, somebody_else, failing):
            with self.subTest(answer.__name__):
                self.assertEqual(self.ask(answer), 1)

    def test_what_comes_late_passes_and_nobody_is_no_server(self) -> None:
        seen: list[str] = []

        def late(query: str) -> tuple[int, str]:
            seen.append(query)
            return well(query) if len(seen) > 2 else (502, "")

        self.assertEqual(self.ask(late, tries=3), 0)
        self.assertEqual(_run("http://127.0.0.1:1", 1), 1)
        self.assertEqual(_run("shotify.com", 1), 2)

    def ask(self, answer: Answer, tries: int = 1) -> int:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            return _run(f"http://127.0.0.1:{server.server_port}", tries)
        finally:
            server.shutdown()
            server.server_close()


def _run(url: str, tries: int) -> int:
    settings = {**os.environ, "SMOKE_TRIES": str(tries), "SMOKE_PAUSE": "0"}
    done = subprocess.run([ROOT / "scripts" / "smoke", url], env=settings, capture_output=True, timeout=60)
    return done.returncode


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, query: str) -> None:
            status, text = answer(query)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler


if __name__ == "__main__":
    unittest.main()

"""Running Prometheus' and Alertmanager's own tools and servers."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

# A server of a busy machine may need most of it to start.
PATIENCE = 60.0


def find(*names: str) -> str:
    """The first of these programs that there is, or nothing."""
    return next((path for name in names if (path := shutil.which(name))), "")


PROMTOOL = find("promtool")
AMTOOL = find("amtool")
PROMETHEUS = find("prometheus")
ALERTMANAGER = find("prometheus-alertmanager", "alertmanager")


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command prints; its whole output is the error where it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def fetch(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        text = answer.read().decode()
    return json.loads(text) if text.startswith(("{", "[")) else text


def until(what: str, condition: Callable[[], Any]) -> Any:
    """The first true answer; fails after a while, saying what was waited for."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {PATIENCE:.0f} s: {what}")


def answers(url: str) -> bool:
    try:
        fetch(url)
    except OSError:
        return False
    return True


class Server:
    """A program that runs until it is stopped, with its log in a file."""

    def __init__(self, log: Path, *command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> None:
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def wait_until_it_answers(self, url: str) -> None:
        def answered() -> bool:
            if self._process.poll() is not None:
                raise AssertionError(f"ended early:\n{self._log.read_text()[-4000:]}")
            return answers(url)

        until(f"an answer of {url}", answered)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

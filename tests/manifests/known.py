"""What the rest of the project says that manifests have to agree with."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Shown as stars by the program, so never in a config map.
SECRETS = {"SESSION_SECRETS", "DATABASE_URL", "DATABASE_READ_URL", "REDIS_URL", "SENDGRID_API_KEY"}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@cache
def defaults() -> dict[str, str]:
    """Every variable of the program with its default; a test in Rust keeps that file complete."""
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^#([A-Z][A-Z_]+)=(.*)$", text, re.MULTILINE))


@cache
def secret_keys() -> frozenset[str]:
    """NAME/KEY of each secret that scripts/secrets makes or takes."""
    return frozenset(_secrets("keys", "prod").split())


@cache
def sample_secrets(env: str) -> dict[str, str]:
    """What the Secret `shotify` would hold, freshly made."""
    with tempfile.TemporaryDirectory() as folder:
        _secrets("make", env, folder=folder)
        made = Path(folder, env, "shotify").iterdir()
        return {file.name: file.read_text() for file in made}


def _secrets(*arguments: str, folder: str | None = None) -> str:
    run = subprocess.run(
        [ROOT / "scripts/secrets", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=None if folder is None else {**os.environ, "SECRETS_DIR": folder},
    )
    return run.stdout


def seconds(span: str) -> int:
    """Of `90s`, `15m`, `24h` or `7d`."""
    return int(span[:-1]) * UNITS[span[-1]]


@cache
def wind_up() -> int:
    """Seconds that the program takes beside the requests when it ends."""
    text = (ROOT / "src/app/serve.rs").read_text()
    found = re.search(r"WIND_UP: Duration = Duration::from_secs\((\d+)\)", text)
    if found is None:
        raise SystemExit("src/app/serve.rs says no WIND_UP any more: look at the grace periods")
    return int(found[1])

"""What the Dockerfile promises beyond what hadolint looks at (X2: no shell, not root, pinned, its crates inside)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch

from known import ROOT

# What must never be sent to a builder: it could end in a layer.
NEVER = (
    "secrets/prod/shotify/SESSION_SECRETS",
    "init/keys/service-account.json",
    ".env",
    ".git/config",
    "data/x",
    "target/x",
)


def pinned(text: str) -> Iterator[str]:
    for image in re.findall(r"^FROM (?:--\S+ )*(\S+)", text, re.MULTILINE):
        if not re.search(r":[\w.-]+@sha256:[0-9a-f]{64}$", image):
            yield f"FROM {image}: needs a tag, for people, and a digest"


def toolchain(text: str) -> Iterator[str]:
    wanted = re.search(r'channel = "([\d.]+)"', (ROOT / "rust-toolchain.toml").read_text())
    for pattern in (r"^FROM rust:([\d.]+)-", r"RUSTUP_TOOLCHAIN=([\d.]+)"):
        found = re.search(pattern, text, re.MULTILINE)
        if not found or not wanted or found[1] != wanted[1]:
            yield f"{pattern}: is another Rust than rust-toolchain.toml's"


def runtime(text: str) -> Iterator[str]:
    last = text[text.rindex("\nFROM ") :]
    if "distroless" not in last.splitlines()[1]:
        yield "the image has a shell"
    if not re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE):
        yield "the image says no user by number, which Kubernetes needs to see that it is not root"
    if re.search(r"^RUN ", last, re.MULTILINE):
        yield "the image runs something while it is built"
    health = re.search(r'CMD \["/shotify", "(\w+)"\]', last)
    if "HEALTHCHECK" not in last or health is None:
        yield "the image does not tell how it is"
    for flag in ("--locked", "auditable", "SHOTIFY_REQUIRE_WEB=1"):
        if flag not in text:
            yield f"the build lacks {flag}"


def context(ignore: str, dockerfile: str) -> Iterator[str]:
    lines = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    for path in NEVER:
        if not _is_ignored(lines, path):
            yield f".dockerignore: {path} would be sent to the builder"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    for path in (path for line in copied for path in line.split()):
        if not (ROOT / path).exists():
            yield f"COPY {path}: is not there"
        elif _is_ignored(lines, path):
            yield f"COPY {path}: .dockerignore keeps it away"


def _is_ignored(lines: list[str], path: str) -> bool:
    """By the last line that fits, as Docker does."""
    parts = path.split("/")
    prefixes = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    ignored = False
    for line in lines:
        pattern = line.removeprefix("!")
        if any(fnmatch(prefix, pattern) for prefix in prefixes):
            ignored = not line.startswith("!")
    return ignored


def complaints(dockerfile: str, ignore: str) -> list[str]:
    rules = (pinned, toolchain, runtime)
    return [*(line for rule in rules for line in rule(dockerfile)), *context(ignore, dockerfile)]


def main() -> int:
    said = complaints((ROOT / "Dockerfile").read_text(), (ROOT / ".dockerignore").read_text())
    for line in said:
        print(f"Dockerfile: {line}")
    print(f"== Dockerfile: {len(said)} wrong")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())

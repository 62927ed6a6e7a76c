"""The compose files: by their schema, on loopback, with variables that the program knows."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import yaml
from jsonschema.validators import validator_for

from known import ROOT, defaults
from pods import EXACT

FILES = ("docker-compose.yml", "docker-compose.embedded.yml")
# The only passwords that may be committed, because they say what they are.
SAMPLE = "development-only"
# What an operator puts there.
OWN = {"./init/keys"}

Compose = dict[str, Any]


def schema(compose: Compose) -> Iterator[str]:
    text = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text()
    wanted = json.loads(text)
    for error in validator_for(wanted)(wanted).iter_errors(compose):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def services(compose: Compose) -> Iterator[tuple[str, Compose]]:
    return iter(compose["services"].items())


def loopback(compose: Compose) -> Iterator[str]:
    for name, service in services(compose):
        for port in service.get("ports", []):
            if not str(port).startswith("127.0.0.1:"):
                yield f"{name}: {port} is published to other machines"


def health(compose: Compose) -> Iterator[str]:
    """Each service tells how it is; of ours the image does."""
    for name, service in services(compose):
        if service["image"] != "shotify" and "healthcheck" not in service:
            yield f"{name}: has no health check"
        waited = service.get("depends_on", {})
        for other, how in waited.items():
            if other not in compose["services"]:
                yield f"{name}: waits for {other}, which is not there"
            elif how.get("condition") == "service_started":
                yield f"{name}: does not wait until {other} is well"


def images(compose: Compose) -> Iterator[str]:
    for name, service in services(compose):
        if service["image"] == "shotify":
            if "build" not in service:
                yield f"{name}: the image is built here"
        elif not EXACT.search(service["image"]):
            yield f"{name}: the image {service['image']} is neither a digest nor an exact version"


def settings(compose: Compose) -> Iterator[str]:
    for name, service in services(compose):
        if service["image"] != "shotify":
            continue
        there = service.get("environment", {})
        for variable in sorted(there.keys() - defaults().keys()):
            yield f"{name}: the program knows no variable {variable}"
        if there.get("SHOTIFY_ENV") != "development":
            yield f"{name}: passwords that are committed are fit for development only"
        for variable, value in there.items():
            host = urlsplit(str(value)).hostname if "://" in str(value) else None
            if host and host not in compose["services"]:
                yield f"{name}: {variable} names {host}, which is no service"


def passwords(compose: Compose) -> Iterator[str]:
    for name, service in services(compose):
        for variable, value in service.get("environment", {}).items():
            text = str(value)
            if "PASSWORD" in variable and text not in (SAMPLE, "yes"):
                yield f"{name}: {variable} does not say that it is for development only"
            password = urlsplit(text).password if "://" in text else None
            if password and password != SAMPLE:
                yield f"{name}: {variable} holds a password that does not say that it is for development only"


def restricted(compose: Compose) -> Iterator[str]:
    for name, service in services(compose):
        kept = service.get("read_only") and service.get("cap_drop") == ["ALL"]
        if service["image"] == "shotify" and not kept:
            yield f"{name}: may write to its image or keeps capabilities"
        if service.get("privileged") or service.get("network_mode") == "host":
            yield f"{name}: is not kept apart from the machine"


def mounts(compose: Compose) -> Iterator[str]:
    """What is mounted from the project exists; named volumes are declared."""
    for name, service in services(compose):
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                if source not in OWN and not any(ROOT.joinpath(source).glob("*")):
                    yield f"{name}: {source} is not there or empty"
            elif source not in compose.get("volumes", {}):
                yield f"{name}: the volume {source} is not declared"


RULES = [schema, loopback, health, images, settings, passwords, restricted, mounts]


def main() -> int:
    wrong = 0
    for file in FILES:
        compose = yaml.safe_load((ROOT / file).read_text())
        for line in [f"{rule.__name__}: {line}" for rule in RULES for line in rule(compose)]:
            wrong += 1
            print(f"{file}: {line}")
    print(f"== {' and '.join(FILES)}: {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""skaffold.yaml: by its schema, and what it builds, runs and forwards is there."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

from cluster import Cluster, at, parse, render
from known import ROOT

Config = dict[str, Any]


def schema(config: Config, _: Cluster) -> Iterator[str]:
    text = Path(__file__).with_name("schemas").joinpath("skaffold.json").read_text()
    for error in Draft7Validator(json.loads(text)).iter_errors(config):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def builds(config: Config, cluster: Cluster) -> Iterator[str]:
    used = {container["image"] for pod in cluster.pods for container in pod.all_containers}
    for artifact in at(config, "build")["artifacts"]:
        if artifact["image"] not in used:
            yield f"builds {artifact['image']}, which nothing uses"
        if not (ROOT / at(artifact, "docker").get("dockerfile", "Dockerfile")).exists():
            yield f"{artifact['image']}: its Dockerfile is not there"


def forwards(config: Config, cluster: Cluster) -> Iterator[str]:
    for forward in config["portForward"]:
        name = forward["resourceName"]
        service = cluster.named("Service", name)
        if service is None:
            yield f"forwards {name}, which is no Service"
        elif forward["port"] not in [port["port"] for port in service["spec"]["ports"]]:
            yield f"forwards {forward['port']} of {name}, which it has not"
        if "address" in forward:
            yield f"forwards {name} to other machines"


def hooks(config: Config, _: Cluster) -> Iterator[str]:
    for hook in at(config, "deploy", "kubectl", "hooks").get("before", []):
        script = hook["host"]["command"][1]
        if not (ROOT / script).exists():
            yield f"runs {script}, which is not there"


RULES = [schema, builds, forwards, hooks]


def overlay(config: Config) -> Cluster:
    docs = [doc for path in at(config, "manifests", "kustomize")["paths"] for doc in parse(render(str(ROOT / path)))]
    return Cluster("dev", docs)


def main() -> int:
    config = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
    cluster = overlay(config)
    said = [f"{rule.__name__}: {line}" for rule in RULES for line in rule(config, cluster)]
    for line in said:
        print(f"skaffold.yaml: {line}")
    print(f"== skaffold.yaml: {len(said)} wrong")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())

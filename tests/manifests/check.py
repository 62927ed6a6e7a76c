"""Judges every overlay by schemas and rules; prints what is wrong, a line each, and ends with 1 if anything is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import network
import pods
import references
import schemas
import settings
from cluster import Cluster, parse, render
from known import ROOT

Rule = Callable[[Cluster], Iterator[str]]
RULES: list[Rule] = [*pods.RULES, *references.RULES, *settings.RULES, *network.RULES]


def overlays() -> dict[str, str]:
    """The folders that are applied. Of those that are not Shotify itself the schemas are judged alone."""
    found = {folder.name: str(folder) for folder in sorted((ROOT / "k8s/overlays").iterdir())}
    for folder in sorted((ROOT / "k8s").iterdir()):
        if folder.name not in ("base", "components", "overlays") and (folder / "kustomization.yaml").exists():
            found[folder.name] = str(folder)
    return found


def main() -> int:
    wrong = 0
    if settings.program_here() is None:
        print("== no program is built here: that it takes the settings of the manifests is not tried")
    for name, folder in overlays().items():
        docs = parse(render(folder))
        said = [line for version in schemas.versions() for line in schemas.complaints(docs, version)]
        if name in ("dev", "prod"):
            cluster = Cluster(name, docs)
            said += [f"{rule.__name__}: {line}" for rule in RULES for line in rule(cluster)]
        for line in said:
            print(f"{name}: {line}")
        wrong += len(said)
        print(f"== {name}: {len(docs)} manifests for Kubernetes {' and '.join(schemas.versions())}, {len(said)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Judges every overlay by schemas and rules; prints what is wrong, a line each, and ends with 1 if anything is."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

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


def with_components() -> str:
    """Production with each component that it may take up, as an operator would add them."""
    (ROOT / "target").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
        components = [f"../../k8s/components/{name}" for name in ("gcs-key", "smtp")]
        text = yaml.safe_dump({"resources": ["../../k8s/overlays/prod"], "components": components})
        Path(folder, "kustomization.yaml").write_text(text)
        return render(folder)


def main() -> int:
    wrong = 0
    if settings.program_here() is None:
        print("== no program is built here: that it takes the settings of the manifests is not tried")
    rendered = {name: render(folder) for name, folder in overlays().items()}
    rendered["prod with components"] = with_components()
    for name, text in rendered.items():
        docs = parse(text)
        said = [line for version in schemas.versions() for line in schemas.complaints(docs, version)]
        if name.startswith(("dev", "prod")):
            cluster = Cluster(name.split()[0], docs)
            said += [f"{rule.__name__}: {line}" for rule in RULES for line in rule(cluster)]
        for line in said:
            print(f"{name}: {line}")
        wrong += len(said)
        print(f"== {name}: {len(docs)} manifests for Kubernetes {' and '.join(schemas.versions())}, {len(said)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

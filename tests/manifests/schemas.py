"""Manifests against the schemas of Kubernetes and of the custom resources in use; every error, not the first alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from cluster import Manifest

HERE = Path(__file__).parent
SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"


def versions() -> list[str]:
    """1.32, the oldest that is supported, and the newest that has schemas here."""
    there = {tuple(map(int, re.findall(r"\d+", path.name)[:2])) for path in SCHEMAS.glob("v*-local-strict")}
    return ["1.32", ".".join(map(str, max(there)))]


def complaints(docs: list[Manifest], version: str) -> Iterator[str]:
    for doc in docs:
        name = f"{doc.get('kind')}/{doc.get('metadata', {}).get('name')}"
        validator = _validator(doc.get("apiVersion", ""), doc.get("kind", ""), version)
        if validator is None:
            yield f"{name}: Kubernetes {version} knows no {doc.get('kind')} of {doc.get('apiVersion')}"
            continue
        for error in validator.iter_errors(doc):
            yield f"{name}: {'.'.join(map(str, error.absolute_path))}: {error.message[:200]} ({version})"


@cache
def _validator(api: str, kind: str, version: str) -> Draft202012Validator | None:
    if (api, kind) in _custom():
        return Draft202012Validator(_custom()[api, kind])
    folder = next(SCHEMAS.glob(f"v{version}.*-local-strict"))
    # `apps/v1` is in deployment-apps-v1.json, `networking.k8s.io/v1` in ingress-networking-v1.json.
    group = re.sub(r"^([^./]*)(?:[.][^/]*)?/", r"\1-", api)
    file = folder / f"{kind.lower()}-{group}.json"
    if not file.exists():
        return None
    schema = Resource.from_contents(json.loads(file.read_text()))
    return Draft202012Validator(schema.contents, registry=_definitions(folder) @ (schema @ Registry()))


@cache
def _definitions(folder: Path) -> Any:
    return Resource.from_contents(json.loads((folder / "_definitions.json").read_text()))


@cache
def _custom() -> dict[tuple[str, str], Any]:
    """The schemas of crds/, by version and kind."""
    found = {}
    for file in sorted((HERE / "crds").glob("*.yaml")):
        for doc in yaml.safe_load_all(file.read_text()):
            spec = doc["spec"]
            for version in spec["versions"]:
                schema = version["schema"]["openAPIV3Schema"]
                _close(schema["properties"]["spec"])
                found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return found


def _close(schema: Any) -> None:
    """Objects take what is described and nothing else, as with kubectl's strict validation."""
    if isinstance(schema, dict):
        if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            _close(value)
    elif isinstance(schema, list):
        for value in schema:
            _close(value)

"""What an overlay renders to, and the questions that rules ask of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

Manifest = dict[str, Any]

# Where the template of a pod is, by kind.
TEMPLATES = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
# What pods get while they run, by themselves: which of them is the primary.
GIVEN_LATER = {"mysql.shotify.com/role"}


def render(folder: str) -> str:
    """The manifests of a kustomization; kubectl says itself what is wrong with it."""
    run = subprocess.run(["kubectl", "kustomize", folder], check=True, stdout=subprocess.PIPE, text=True)
    return run.stdout


def parse(text: str) -> list[Manifest]:
    return [doc for doc in yaml.safe_load_all(text) if doc]


def at(value: Any, *path: str) -> Any:
    """What is at a path, an empty map where nothing is."""
    for step in path:
        value = (value or {}).get(step)
    return value if value is not None else {}


def matches(selector: Manifest | None, labels: dict[str, str]) -> bool:
    """Whether a selector of labels selects; an empty one selects everything."""
    selector = selector or {}
    wanted = selector.get("matchLabels", {}).items()
    if any(labels.get(key) != value for key, value in wanted):
        return False
    return all(_holds(term, labels) for term in selector.get("matchExpressions", []))


def _holds(term: Manifest, labels: dict[str, str]) -> bool:
    has, values = labels.get(term["key"]), term.get("values", [])
    return {
        "In": has in values,
        "NotIn": has not in values,
        "Exists": has is not None,
        "DoesNotExist": has is None,
    }[term["operator"]]


@dataclass(frozen=True)
class Pod:
    """The pods of one workload."""

    kind: str
    name: str
    namespace: str
    labels: dict[str, str]
    spec: Manifest

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def containers(self) -> list[Manifest]:
        """Those that run beside each other; sidecars of the new kind are among the init containers."""
        sidecars = [c for c in self.spec.get("initContainers", []) if c.get("restartPolicy")]
        return [*self.spec.get("containers", []), *sidecars]

    @property
    def all_containers(self) -> list[Manifest]:
        return [*self.spec.get("initContainers", []), *self.spec.get("containers", [])]

    @property
    def is_ours(self) -> bool:
        return self.labels.get("app.kubernetes.io/name") == "shotify"

    @property
    def component(self) -> str:
        return self.labels.get("app.kubernetes.io/component", "")

    def port(self, wanted: str | int) -> int | None:
        """The number of a port by its name or number."""
        for container in self.containers:
            for port in container.get("ports", []):
                if wanted in (port.get("name"), port["containerPort"]):
                    return int(port["containerPort"])
        return None


class Cluster:
    """All manifests of one overlay."""

    def __init__(self, overlay: str, docs: list[Manifest]) -> None:
        self.overlay = overlay
        self.docs = docs

    def of(self, *kinds: str) -> Iterator[Manifest]:
        return (doc for doc in self.docs if doc["kind"] in kinds)

    def named(self, kind: str, name: str) -> Manifest | None:
        return next((doc for doc in self.of(kind) if doc["metadata"]["name"] == name), None)

    @cached_property
    def pods(self) -> list[Pod]:
        found = []
        for doc in self.of(*TEMPLATES):
            template = at(doc, *TEMPLATES[doc["kind"]])
            labels = at(template, "metadata", "labels")
            meta = doc["metadata"]
            space = meta.get("namespace", "default")
            found.append(Pod(doc["kind"], meta["name"], space, labels, at(template, "spec")))
        return found

    def behind(self, service: Manifest) -> list[Pod]:
        """The pods that a service leads to."""
        selector = at(service, "spec", "selector").items()
        selector = {"matchLabels": {key: value for key, value in selector if key not in GIVEN_LATER}}
        return [pod for pod in self.pods if matches(selector, pod.labels)]

    @cached_property
    def settings(self) -> dict[str, str]:
        """The plain variables; kustomize puts a hash behind the config map's name."""
        maps = (doc for doc in self.of("ConfigMap") if _is_settings(doc["metadata"]["name"]))
        return next((doc.get("data", {}) for doc in maps), {})


def _is_settings(name: str) -> bool:
    return name == "shotify" or (name.startswith("shotify-") and len(name) == len("shotify-") + 10)

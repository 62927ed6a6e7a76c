"""Every pod runs restricted, says what it needs and how it is, and from an image that stays the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cluster import Cluster, Manifest, Pod, at, matches

LONG_RUNNING = {"Deployment", "StatefulSet", "DaemonSet"}
VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral",
    "persistentVolumeClaim", "projected", "secret",
}  # fmt: skip
EXACT = re.compile(r"@sha256:[0-9a-f]{64}$|:v?\d+\.\d+[\w.-]*$")


def images(cluster: Cluster) -> Iterator[str]:
    for pod in cluster.pods:
        for container in pod.all_containers:
            image = container.get("image", "")
            # What skaffold builds gets its tag from it.
            built_here = image == "shotify" and cluster.overlay == "dev"
            if not built_here and not EXACT.search(image):
                yield f"{pod} {container['name']}: the image {image!r} is neither a digest nor an exact version"


def resources(cluster: Cluster) -> Iterator[str]:
    for pod in cluster.pods:
        for container in pod.all_containers:
            said = container.get("resources", {})
            for group, names in (("requests", ("cpu", "memory")), ("limits", ("memory",))):
                for name in names:
                    if name not in said.get(group, {}):
                        yield f"{pod} {container['name']}: says no {group} of {name}"


def probes(cluster: Cluster) -> Iterator[str]:
    for pod in cluster.pods:
        if pod.kind not in LONG_RUNNING:
            continue
        if not any("readinessProbe" in container for container in pod.containers):
            yield f"{pod}: no container says when it is ready"
        for container in pod.containers:
            if not {"readinessProbe", "livenessProbe"} & container.keys():
                yield f"{pod} {container['name']}: has no probe"
            if pod.is_ours and not {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys():
                yield f"{pod} {container['name']}: misses one of the three probes"


def restricted(cluster: Cluster) -> Iterator[str]:
    """Pod Security Standards, level restricted, and a root file system that cannot be written to."""
    for pod in cluster.pods:
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.spec.get(key):
                yield f"{pod}: {key}"
        for volume in pod.spec.get("volumes", []):
            if not VOLUMES & volume.keys():
                yield f"{pod}: the volume {volume['name']} is of a kind that is not allowed"
        for container in pod.all_containers:
            for complaint in _security(pod, container):
                yield f"{pod} {container['name']}: {complaint}"


def _security(pod: Pod, container: Manifest) -> Iterator[str]:
    outer, inner = at(pod.spec, "securityContext"), at(container, "securityContext")
    both = {**outer, **inner}
    if both.get("runAsNonRoot") is not True or both.get("runAsUser") == 0:
        yield "may run as root"
    if at(both, "seccompProfile", "type") != "RuntimeDefault":
        yield "has no seccomp profile"
    if inner.get("allowPrivilegeEscalation") is not False or inner.get("privileged"):
        yield "may gain privileges"
    if at(inner, "capabilities", "drop") != ["ALL"] or at(inner, "capabilities", "add"):
        yield "keeps capabilities"
    if inner.get("readOnlyRootFilesystem") is not True:
        yield "may write to its root file system"


def least_privilege(cluster: Cluster) -> Iterator[str]:
    """No token of the cluster's API for those that have no rights there, and no variables of services."""
    bound = {
        subject["name"]
        for binding in cluster.of("RoleBinding", "ClusterRoleBinding")
        for subject in binding.get("subjects", [])
    }
    for pod in cluster.pods:
        account = pod.spec.get("serviceAccountName", "default")
        if account not in bound and pod.spec.get("automountServiceAccountToken") is not False:
            yield f"{pod}: is given a token of the cluster that it has no use for"
        if pod.is_ours and pod.spec.get("enableServiceLinks") is not False:
            yield f"{pod}: variables such as SHOTIFY_PORT would mix with the settings"


def several(cluster: Cluster) -> Iterator[str]:
    """In production no single pod, node or rollout takes servers or workers away."""
    if cluster.overlay != "prod":
        return
    for name in ("shotify", "shotify-worker"):
        deployment = cluster.named("Deployment", name)
        if deployment is None:
            yield f"there is no Deployment {name}"
            continue
        labels = at(deployment, "spec", "template", "metadata", "labels")
        scaler = next(
            (h for h in cluster.of("HorizontalPodAutoscaler") if at(h, "spec", "scaleTargetRef", "name") == name), None
        )
        if scaler and "replicas" in deployment["spec"]:
            yield f"Deployment/{name}: replicas would undo what the autoscaler has chosen"
        least = at(scaler, "spec", "minReplicas") if scaler else at(deployment, "spec", "replicas")
        if not isinstance(least, int) or least < 2:
            yield f"Deployment/{name}: fewer than two run"
        budgets = cluster.of("PodDisruptionBudget")
        if not any(matches(at(budget, "spec", "selector"), labels) for budget in budgets):
            yield f"Deployment/{name}: no budget of disruptions"
        if at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable") != 0:
            yield f"Deployment/{name}: a rollout takes a pod away before another is ready"
        if not at(deployment, "spec", "template", "spec", "topologySpreadConstraints"):
            yield f"Deployment/{name}: its pods may all be on one node"


RULES = [images, resources, probes, restricted, least_privilege, several]

"""Policies deny by default and let through each flow that the settings name, and no pod more than is said for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from cluster import Cluster, Manifest, Pod, at, matches
from settings import environment

PORTS = {"mysql": 3306, "redis": 6379, "smtp": 25, "smtps": 465, "http": 80, "https": 443}
# Pods of other namespaces that have to get in, as their charts label them.
INGRESS = ("ingress-nginx", {"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"})
PROMETHEUS = ("monitoring", {"app.kubernetes.io/name": "prometheus"})
NAMES = ("kube-system", {"k8s-app": "kube-dns"})
# Somewhere on the internet, a private net, and the metadata server of Google's cloud.
OUTSIDE, PRIVATE, METADATA = "8.8.8.8", "10.1.2.3", "169.254.169.254"


@dataclass(frozen=True)
class End:
    """One end of a flow: pods by namespace and labels, or an address."""

    namespace: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    address: str = ""

    @staticmethod
    def of(pod: Pod) -> End:
        return End(pod.namespace, tuple(pod.labels.items()))

    @staticmethod
    def elsewhere(place: tuple[str, dict[str, str]]) -> End:
        return End(place[0], tuple(place[1].items()))


def allows(cluster: Cluster, direction: str, pod: Pod, other: End, port: int, protocol: str = "TCP") -> bool:
    """Whether the policies of a pod let it talk to (`egress`) or be talked to by (`ingress`) another."""
    for policy in policies_of(cluster, pod):
        for rule in at(policy, "spec").get(direction, []):
            peers = rule.get("to" if direction == "egress" else "from", [])
            if _port_fits(rule, port, protocol) and any(_peer_fits(peer, other, pod) for peer in peers):
                return True
    return False


def policies_of(cluster: Cluster, pod: Pod) -> Iterator[Manifest]:
    for policy in cluster.of("NetworkPolicy"):
        same = policy["metadata"].get("namespace") == pod.namespace
        if same and matches(at(policy, "spec", "podSelector"), pod.labels):
            yield policy


def _port_fits(rule: Manifest, port: int, protocol: str) -> bool:
    ports = rule.get("ports", [])
    return any(entry.get("port") == port and entry.get("protocol", "TCP") == protocol for entry in ports)


def _peer_fits(peer: Manifest, other: End, pod: Pod) -> bool:
    if "ipBlock" in peer:
        return bool(other.address) and _block_fits(peer["ipBlock"], other.address)
    if other.address:
        return False
    space = {"kubernetes.io/metadata.name": other.namespace}
    if "namespaceSelector" in peer:
        if not matches(peer["namespaceSelector"], space):
            return False
    elif other.namespace != pod.namespace:
        return False
    return matches(peer.get("podSelector"), dict(other.labels))


def _block_fits(block: Manifest, address: str) -> bool:
    found = ip_address(address)
    inside = found in ip_network(block["cidr"])
    return inside and not any(found in ip_network(net) for net in block.get("except", []))


def deny_by_default(cluster: Cluster) -> Iterator[str]:
    if not cluster.pods:
        return
    for direction in ("Ingress", "Egress"):
        if not any(_denies(policy["spec"], direction) for policy in cluster.of("NetworkPolicy")):
            yield f"{direction} is not denied by default"
    for policy in cluster.of("NetworkPolicy"):
        name = policy["metadata"]["name"]
        for direction, field in (("ingress", "from"), ("egress", "to")):
            for rule in at(policy, "spec").get(direction, []):
                if not rule.get(field) or not rule.get("ports") or {} in rule[field]:
                    yield f"NetworkPolicy/{name}: {direction} is open to everybody or on every port"


def _denies(spec: Manifest, direction: str) -> bool:
    everybody = not spec["podSelector"]
    return everybody and direction in spec["policyTypes"] and not spec.get(direction.lower())


def covered(cluster: Cluster) -> Iterator[str]:
    """Each pod has a policy of its own, each policy a pod."""
    for pod in cluster.pods:
        if not any(at(policy, "spec", "podSelector") for policy in policies_of(cluster, pod)):
            yield f"{pod}: no policy says whom it may talk to"
    for policy in cluster.of("NetworkPolicy"):
        selector = at(policy, "spec", "podSelector")
        # cert-manager makes those pods.
        if "acme" in str(selector) or any(matches(selector, pod.labels) for pod in cluster.pods):
            continue
        yield f"NetworkPolicy/{policy['metadata']['name']}: selects no pod"


def flows(cluster: Cluster) -> Iterator[str]:
    """What the settings of our pods name can be reached, from both ends."""
    for pod in filter(lambda pod: pod.is_ours, cluster.pods):
        if not allows(cluster, "egress", pod, End.elsewhere(NAMES), 53, "UDP"):
            yield f"{pod}: cannot resolve names"
        there = environment(cluster, pod)
        for variable in _used_by(pod):
            for url in filter(None, there.get(variable, "").split(",")):
                yield from _flow(cluster, pod, variable, url)
        if pod.component != "migrate" and not there.get("GCS_ENDPOINT"):
            if not allows(cluster, "egress", pod, End(address=OUTSIDE), 443):
                yield f"{pod}: cannot reach Google Cloud Storage"
            if not allows(cluster, "egress", pod, End(address=METADATA), 80):
                yield f"{pod}: cannot reach the metadata server, which gives out the tokens of its account"


def _used_by(pod: Pod) -> tuple[str, ...]:
    if pod.component == "migrate":
        return ("DATABASE_URL",)
    both = ("DATABASE_URL", "DATABASE_READ_URL", "REDIS_URL", "GCS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    return (*both, "SMTP_URL") if pod.component == "worker" else both


def _flow(cluster: Cluster, pod: Pod, variable: str, url: str) -> Iterator[str]:
    parts = urlsplit(url)
    host, number = parts.hostname or "", parts.port or PORTS[parts.scheme]
    service = cluster.named("Service", host.split(".")[0])
    if service is None:
        if "." not in host:
            yield f"{pod}: {variable} names {host}, which no Service is"
        elif not allows(cluster, "egress", pod, End(address=OUTSIDE), number):
            yield f"{pod}: cannot reach port {number} of {variable}"
        return
    ports = [port for port in at(service, "spec").get("ports", []) if port["port"] == number]
    if not ports:
        yield f"{pod}: {variable} names port {number}, which {host} has not"
        return
    for target in cluster.behind(service):
        port = target.port(ports[0].get("targetPort", number)) or number
        if not allows(cluster, "egress", pod, End.of(target), port):
            yield f"{pod}: may not go to {target} at {port} ({variable})"
        if not allows(cluster, "ingress", target, End.of(pod), port):
            yield f"{target}: does not let {pod} in at {port} ({variable})"


def entrances(cluster: Cluster) -> Iterator[str]:
    """The ingress controller reaches what Ingresses name, Prometheus every port of metrics, and nobody else either."""
    for ingress in cluster.of("Ingress"):
        for service in _backends(cluster, ingress):
            for pod in cluster.behind(service):
                if not allows(cluster, "ingress", pod, End.elsewhere(INGRESS), pod.port("http") or 0):
                    yield f"{pod}: the ingress controller cannot reach it"
    stranger = End("default", (("app", "stranger"),))
    for pod in cluster.pods:
        metrics = pod.port("metrics")
        if metrics and not allows(cluster, "ingress", pod, End.elsewhere(PROMETHEUS), metrics):
            yield f"{pod}: Prometheus cannot reach its metrics at {metrics}"
        for container in pod.containers:
            for port in container.get("ports", []):
                number = port["containerPort"]
                if allows(cluster, "ingress", pod, stranger, number):
                    yield f"{pod}: strangers reach port {number}"
        if pod.is_ours and allows(cluster, "egress", pod, End(address=PRIVATE), 443):
            yield f"{pod}: may go to private addresses"


def _backends(cluster: Cluster, ingress: Manifest) -> Iterator[Any]:
    for rule in at(ingress, "spec").get("rules", []):
        for path in at(rule, "http").get("paths", []):
            service = cluster.named("Service", at(path, "backend", "service", "name"))
            if service:
                yield service


RULES = [deny_by_default, covered, flows, entrances]

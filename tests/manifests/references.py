"""Whatever a manifest names is there, and no secret stands in one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cluster import Cluster, Manifest, Pod, at, matches
from known import SECRETS, secret_keys

LOOKS_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY$|PASSWD|CREDENTIAL")


def no_secrets(cluster: Cluster) -> Iterator[str]:
    for secret in cluster.of("Secret"):
        if secret.get("data") or secret.get("stringData"):
            yield f"Secret/{secret['metadata']['name']}: a secret would be committed"
    for name in SECRETS & cluster.settings.keys():
        yield f"ConfigMap/shotify: {name} is a secret"
    for pod in cluster.pods:
        for container in pod.all_containers:
            for variable in container.get("env", []):
                if LOOKS_SECRET.search(variable["name"]) and _is_literal(variable):
                    yield f"{pod} {container['name']}: {variable['name']} stands there in the clear"


def _is_literal(variable: Manifest) -> bool:
    # The path of a file, or what is put together from other variables, is no secret.
    return not str(variable.get("value", "/")).startswith(("/", "$("))


def keys(cluster: Cluster) -> Iterator[str]:
    """Each config map and secret that a pod uses exists, with the keys that it uses."""
    for pod in cluster.pods:
        for kind, name, wanted in _used(pod):
            there = _keys_of(cluster, kind, name)
            if there is None:
                yield f"{pod}: there is no {kind} {name}"
            for key in wanted - (there or wanted):
                yield f"{pod}: the {kind} {name} has no key {key}"


def _used(pod: Pod) -> Iterator[tuple[str, str, set[str]]]:
    for container in pod.all_containers:
        for source in container.get("envFrom", []):
            for kind, field in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                if field in source and not source[field].get("optional"):
                    yield kind, source[field]["name"], set()
        for variable in container.get("env", []):
            for kind, field in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                ref = at(variable, "valueFrom", field)
                if ref and not ref.get("optional"):
                    yield kind, ref["name"], {ref["key"]}
    for volume in pod.spec.get("volumes", []):
        for source in [volume, *at(volume, "projected").get("sources", [])]:
            for kind, field in (("ConfigMap", "configMap"), ("Secret", "secret")):
                ref = source.get(field)
                if ref and not ref.get("optional"):
                    name = ref.get("name") or ref["secretName"]
                    yield kind, name, {item["key"] for item in ref.get("items", [])}


def _keys_of(cluster: Cluster, kind: str, name: str) -> set[str] | None:
    if kind == "ConfigMap":
        found = cluster.named(kind, name)
        return None if found is None else {*found.get("data", {}), *found.get("binaryData", {})}
    for certificate in cluster.of("Certificate"):
        if at(certificate, "spec", "secretName") == name:
            return {"ca.crt", "tls.crt", "tls.key"}
    made = {key.split("/", 1)[1] for key in secret_keys() if key.startswith(f"{name}/")}
    return made or None


def services(cluster: Cluster) -> Iterator[str]:
    for service in cluster.of("Service"):
        name = service["metadata"]["name"]
        pods = cluster.behind(service)
        if not pods:
            yield f"Service/{name}: selects no pod"
        for port in at(service, "spec").get("ports", []):
            target = port.get("targetPort", port["port"])
            if pods and not any(pod.port(target) for pod in pods):
                yield f"Service/{name}: no pod behind it has the port {target}"


def targets(cluster: Cluster) -> Iterator[str]:
    """Ingress, autoscaler, budget, account, volume claim and certificate lead to something."""
    for ingress in cluster.of("Ingress"):
        yield from _ingress(cluster, ingress)
    for scaler in cluster.of("HorizontalPodAutoscaler"):
        ref = at(scaler, "spec", "scaleTargetRef")
        if cluster.named(ref["kind"], ref["name"]) is None:
            yield f"HorizontalPodAutoscaler: there is no {ref['kind']} {ref['name']}"
    for budget in cluster.of("PodDisruptionBudget"):
        if not any(matches(at(budget, "spec", "selector"), pod.labels) for pod in cluster.pods):
            yield f"PodDisruptionBudget/{budget['metadata']['name']}: selects no pod"
    claims = set(_claims(cluster))
    for pod in cluster.pods:
        account = pod.spec.get("serviceAccountName", "default")
        if account != "default" and cluster.named("ServiceAccount", account) is None:
            yield f"{pod}: there is no ServiceAccount {account}"
        for volume in pod.spec.get("volumes", []):
            claim = at(volume, "persistentVolumeClaim", "claimName")
            if claim and claim not in claims:
                yield f"{pod}: there is no PersistentVolumeClaim {claim}"
    for certificate in cluster.of("Certificate"):
        ref = at(certificate, "spec", "issuerRef")
        if cluster.named(ref.get("kind", "Issuer"), ref["name"]) is None:
            yield f"Certificate/{certificate['metadata']['name']}: there is no {ref['name']}"


def _claims(cluster: Cluster) -> Iterator[str]:
    for claim in cluster.of("PersistentVolumeClaim"):
        yield claim["metadata"]["name"]
    for many in cluster.of("StatefulSet"):
        for template in at(many, "spec").get("volumeClaimTemplates", []):
            for number in range(many["spec"]["replicas"]):
                yield f"{template['metadata']['name']}-{many['metadata']['name']}-{number}"


def _ingress(cluster: Cluster, ingress: Manifest) -> Iterator[str]:
    hosts = set()
    for rule in at(ingress, "spec").get("rules", []):
        hosts.add(rule["host"])
        for path in at(rule, "http").get("paths", []):
            ref = at(path, "backend", "service")
            service = cluster.named("Service", ref["name"])
            ports = at(service, "spec").get("ports", []) if service else []
            wanted = ref["port"].get("name") or ref["port"].get("number")
            if not any(wanted in (port.get("name"), port["port"]) for port in ports):
                yield f"Ingress: there is no Service {ref['name']} with the port {wanted}"
    for tls in at(ingress, "spec").get("tls", []):
        certificates = [
            certificate
            for certificate in cluster.of("Certificate")
            if at(certificate, "spec", "secretName") == tls["secretName"]
        ]
        named = {name for certificate in certificates for name in at(certificate, "spec")["dnsNames"]}
        for host in sorted(set(tls["hosts"]) - named):
            yield f"Ingress: no Certificate is for {host}"
        hosts -= set(tls["hosts"])
    if cluster.overlay == "prod" and hosts:
        yield f"Ingress: no TLS for {', '.join(sorted(hosts))}"


RULES = [no_secrets, keys, services, targets]

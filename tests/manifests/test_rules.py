"""Each rule is shown a cluster that breaks it, and has to say so (X2: restricted pods, policies that deny)."""

from __future__ import annotations

import copy
import unittest
from collections.abc import Callable
from functools import cache
from typing import Any

import check
import network
import pods
import references
import schemas
import settings
from cluster import Cluster, Manifest, parse, render
from known import ROOT

Change = Callable[["Broken"], None]


@cache
def _docs(overlay: str) -> list[Manifest]:
    return parse(render(str(ROOT / "k8s/overlays" / overlay)))


class Broken:
    """A copy of an overlay in which something is changed."""

    def __init__(self, overlay: str = "prod") -> None:
        self.docs = copy.deepcopy(_docs(overlay))
        self.cluster = Cluster(overlay, self.docs)

    def the(self, kind: str, name: str) -> Any:
        doc = self.cluster.named(kind, name)
        assert doc is not None, f"{kind} {name}"
        return doc

    @property
    def pod(self) -> Any:
        return self.the("Deployment", "shotify")["spec"]["template"]["spec"]

    @property
    def container(self) -> Any:
        return self.pod["containers"][0]

    @property
    def data(self) -> Any:
        return self.cluster.settings

    @property
    def annotations(self) -> Any:
        return self.the("Ingress", "shotify")["metadata"]["annotations"]

    def policy(self, name: str) -> Any:
        return self.the("NetworkPolicy", name)["spec"]

    def shut(self, name: str) -> None:
        for pod in self.cluster.pods:
            if pod.labels.get("app.kubernetes.io/name") == name:
                for policy in network.policies_of(self.cluster, pod):
                    policy["spec"]["ingress"] = []

    def drop(self, kind: str, name: str) -> None:
        self.docs.remove(self.the(kind, name))


def _set(place: Callable[[Broken], Any], key: Any, value: Any) -> Change:
    return lambda broken: place(broken).__setitem__(key, value)


def _del(place: Callable[[Broken], Any], key: Any) -> Change:
    return lambda broken: place(broken).__delitem__(key)


def _security(broken: Broken) -> Any:
    return broken.container["securityContext"]


def _prefix(name: str) -> str:
    return f"nginx.ingress.kubernetes.io/{name}"


# The rule, what is done, and what it has to say about that.
CASES: list[tuple[check.Rule, Change, str]] = [
    (pods.images, _set(lambda b: b.container, "image", "shotify:latest"), "exact version"),
    (pods.images, _set(lambda b: b.container, "image", "shotify"), "exact version"),
    (pods.resources, _del(lambda b: b.container["resources"]["requests"], "memory"), "no requests of memory"),
    (pods.resources, _del(lambda b: b.container["resources"], "limits"), "no limits of memory"),
    (pods.probes, _del(lambda b: b.container, "startupProbe"), "one of the three"),
    (pods.restricted, _set(_security, "readOnlyRootFilesystem", False), "root file system"),
    (pods.restricted, _set(_security, "allowPrivilegeEscalation", True), "gain privileges"),
    (pods.restricted, _set(_security, "capabilities", {}), "capabilities"),
    (pods.restricted, _set(lambda b: b.pod["securityContext"], "runAsNonRoot", False), "as root"),
    (pods.restricted, _del(lambda b: b.pod["securityContext"], "seccompProfile"), "seccomp"),
    (pods.restricted, _set(lambda b: b.pod, "hostNetwork", True), "hostNetwork"),
    (pods.restricted, lambda b: b.pod["volumes"].append({"name": "x", "hostPath": {"path": "/"}}), "not allowed"),
    (pods.least_privilege, _del(lambda b: b.pod, "automountServiceAccountToken"), "token"),
    (pods.least_privilege, _del(lambda b: b.pod, "enableServiceLinks"), "SHOTIFY_PORT"),
    (pods.several, _set(lambda b: b.the("HorizontalPodAutoscaler", "shotify")["spec"], "minReplicas", 1), "fewer"),
    (pods.several, _set(lambda b: b.the("Deployment", "shotify")["spec"], "replicas", 2), "undo"),
    (pods.several, lambda b: b.drop("PodDisruptionBudget", "shotify-worker"), "budget"),
    (pods.several, _del(lambda b: b.pod, "topologySpreadConstraints"), "one node"),
    (references.no_secrets, lambda b: b.docs.append(_secret()), "committed"),
    (references.no_secrets, _set(lambda b: b.data, "REDIS_URL", "redis://x"), "is a secret"),
    (references.no_secrets, lambda b: b.container["env"].append({"name": "A_PASSWORD", "value": "x"}), "in the clear"),
    (references.keys, _set(lambda b: b.container["envFrom"][1]["secretRef"], "name", "shotfy"), "no Secret shotfy"),
    (references.keys, lambda b: b.container["env"].append(_from_secret("redis", "pass")), "no key pass"),
    (references.services, _set(lambda b: b.the("Service", "shotify")["spec"], "selector", {"a": "b"}), "no pod"),
    (references.services, _set(lambda b: b.the("Service", "shotify")["spec"]["ports"][0], "targetPort", "web"), "web"),
    (references.targets, lambda b: b.drop("Service", "shotify"), "no Service shotify"),
    (references.targets, lambda b: b.drop("ServiceAccount", "shotify"), "no ServiceAccount"),
    (references.targets, lambda b: b.drop("Issuer", "letsencrypt-production"), "letsencrypt-production"),
    (references.targets, lambda b: b.drop("Certificate", "shotify"), "no Certificate is for shotify.com"),
    (references.targets, _del(lambda b: b.the("Ingress", "shotify")["spec"], "tls"), "no TLS"),
    (settings.known, _set(lambda b: b.data, "MAX_FILE_BYTE", "1"), "knows no variable MAX_FILE_BYTE"),
    (settings.needed, _del(lambda b: b.data, "GCS_BUCKET"), "production needs GCS_BUCKET"),
    (settings.needed, _set(lambda b: b.data, "SHOTIFY_ENV", "development"), "not production"),
    (settings.listeners, _set(lambda b: b.data, "HTTP_ADDR", "0.0.0.0:8081"), "listens on 8081"),
    (settings.listeners, _set(lambda b: b.data, "METRICS_ADDR", "127.0.0.1:9464"), "nobody outside"),
    (settings.proxies, _set(lambda b: b.data, "MAX_REQUEST_BYTES", "209715200"), "MAX_REQUEST_BYTES"),
    (settings.proxies, _del(lambda b: b.annotations, _prefix("proxy-body-size")), "MAX_REQUEST_BYTES"),
    (settings.proxies, _set(lambda b: b.annotations, _prefix("proxy-body-sise"), "200m"), "proxy-body-sise"),
    (settings.proxies, _set(lambda b: b.data, "REQUEST_DEADLINE", "2m"), "REQUEST_DEADLINE"),
    (settings.proxies, _del(lambda b: b.data, "TRUSTED_PROXIES"), "TRUSTED_PROXIES"),
    (settings.grace, _set(lambda b: b.data, "SHUTDOWN_DRAIN", "40s"), "is killed after"),
    (settings.grace, _del(lambda b: b.pod, "terminationGracePeriodSeconds"), "is killed after"),
    (network.deny_by_default, lambda b: b.drop("NetworkPolicy", "default-deny"), "not denied"),
    (network.deny_by_default, lambda b: b.policy("server")["ingress"].append({}), "open to everybody"),
    (network.covered, lambda b: b.drop("NetworkPolicy", "worker"), "no policy"),
    (network.covered, _set(lambda b: b.policy("worker")["podSelector"], "matchLabels", {"a": "b"}), "selects no pod"),
    (network.flows, lambda b: b.drop("NetworkPolicy", "names"), "cannot resolve names"),
    (network.flows, lambda b: b.policy("server")["egress"].pop(0), "may not go to"),
    (network.flows, lambda b: b.shut("redis"), "does not let"),
    (network.flows, _set(lambda b: b.data, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318"), "tempo"),
    (network.flows, _set(lambda b: b.data, "OTEL_EXPORTER_OTLP_ENDPOINT", "https://o.example:4318"), "port 4318"),
    (network.entrances, lambda b: b.policy("server")["ingress"].pop(0), "ingress controller"),
    (network.entrances, lambda b: b.policy("server")["ingress"].pop(1), "Prometheus"),
    (network.entrances, lambda b: b.policy("server")["ingress"].append(_from_all(8080)), "strangers"),
]


def _secret() -> Manifest:
    return {"kind": "Secret", "metadata": {"name": "x"}, "data": {"key": "eA=="}}


def _from_secret(name: str, key: str) -> Manifest:
    return {"name": "X", "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def _from_all(port: int) -> Manifest:
    return {"from": [{"namespaceSelector": {}}], "ports": [{"protocol": "TCP", "port": port}]}


class Rules(unittest.TestCase):
    def test_each_rule_notices_what_breaks_it(self) -> None:
        for rule, change, words in CASES:
            broken = Broken()
            change(broken)
            said = list(rule(broken.cluster))
            with self.subTest(rule=rule.__name__, words=words):
                self.assertTrue(any(words in line for line in said), said)

    def test_no_rule_is_left_untried(self) -> None:
        tried = {rule for rule, _, _ in CASES}
        # That one is tried below: it needs the program.
        self.assertEqual([rule for rule in check.RULES if rule not in tried and rule is not settings.accepted], [])

    def test_a_field_that_is_misspelt_or_of_another_kind_breaks_the_schema(self) -> None:
        for version in schemas.versions():
            for change, words in (
                (_set(lambda b: b.container, "imagePullPolice", "Never"), "imagePullPolice"),
                (_set(lambda b: b.the("Deployment", "shotify-worker")["spec"], "replicas", "two"), "spec.replicas"),
                (_set(lambda b: b.the("Certificate", "shotify")["spec"], "secret", "x"), "secret"),
                (lambda b: b.docs.append({"apiVersion": "v1", "kind": "Pot", "metadata": {}}), "knows no Pot"),
            ):
                broken = Broken()
                change(broken)
                said = list(schemas.complaints(broken.docs, version))
                self.assertTrue(any(words in line for line in said), said)

    @unittest.skipIf(settings.program_here() is None, "no program is built here")
    def test_the_program_is_asked_whether_it_takes_the_settings(self) -> None:
        for name, value in (
            ("PUBLIC_URL", "http://shotify.com"),
            ("GCS_BUCKET", ""),
            ("MAX_FILES", "many"),
            ("ALLOWED_ORIGINS", "*"),
        ):
            broken = Broken()
            broken.data[name] = value
            said = list(settings.accepted(broken.cluster))
            self.assertTrue(any("refuses" in line and name in line for line in said), (name, said))


if __name__ == "__main__":
    unittest.main()

"""The variables that pods get are those that the program knows, and production's start is not refused."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator

from cluster import Cluster, Pod, at
from known import ROOT, defaults, sample_secrets, seconds, wind_up

NEEDED = ("SHOTIFY_ENV", "PUBLIC_URL", "SESSION_SECRETS", "DATABASE_URL", "REDIS_URL", "GCS_BUCKET", "MAIL_FROM")
# What ingress-nginx reads of an Ingress, as far as it is used here: it passes over what it does not know.
ANNOTATIONS = {
    "force-ssl-redirect", "limit-connections", "proxy-body-size", "proxy-connect-timeout", "proxy-next-upstream",
    "proxy-next-upstream-tries", "proxy-read-timeout", "proxy-request-buffering", "proxy-send-timeout", "ssl-redirect",
}  # fmt: skip
SIZES = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def environment(cluster: Cluster, pod: Pod) -> dict[str, str]:
    """What the program in a pod finds, with secrets freshly made."""
    found: dict[str, str] = {}
    container = pod.spec["containers"][0]
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            found.update(cluster.settings)
        if at(source, "secretRef", "name") == "shotify":
            found.update(sample_secrets(cluster.overlay))
    for variable in container.get("env", []):
        found[variable["name"]] = variable.get("value", "")
    if cluster.overlay == "prod" and "SMTP_URL" not in found:
        found["SENDGRID_API_KEY"] = "SG.of-a-test"
    return found


def known(cluster: Cluster) -> Iterator[str]:
    for pod in cluster.pods:
        if pod.is_ours:
            for name in sorted(environment(cluster, pod).keys() - defaults().keys()):
                yield f"{pod}: the program knows no variable {name}"


def needed(cluster: Cluster) -> Iterator[str]:
    if cluster.overlay != "prod":
        return
    for pod in filter(lambda pod: pod.is_ours, cluster.pods):
        there = environment(cluster, pod)
        for name in NEEDED:
            if not there.get(name):
                yield f"{pod}: production needs {name}"
        if there.get("SHOTIFY_ENV") != "production":
            yield f"{pod}: SHOTIFY_ENV is not production"


def accepted(cluster: Cluster) -> Iterator[str]:
    """The program itself reads these settings without a complaint. It asks a port where nobody is, and so ends."""
    program = program_here()
    if program is None:
        return
    for pod in filter(lambda pod: pod.is_ours, cluster.pods):
        elsewhere = {**environment(cluster, pod), "HTTP_ADDR": "127.0.0.1:1", "RUST_LOG": "off"}
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run(
                [program, "health"], capture_output=True, text=True, env=elsewhere, cwd=folder, timeout=20
            )
        if not run.stderr.startswith("shotify: HTTP_ADDR: error sending request"):
            yield f"{pod}: the program refuses its settings: {run.stderr.strip()}"


def program_here() -> str | None:
    """The newest program that was built here, or that of SHOTIFY_BINARY."""
    if given := os.environ.get("SHOTIFY_BINARY"):
        return given
    built = [path for kind in ("debug", "release") if (path := ROOT / "target" / kind / "shotify").exists()]
    return str(max(built, key=lambda path: path.stat().st_mtime)) if built else None


def _setting(cluster: Cluster, name: str) -> str:
    return cluster.settings.get(name) or defaults()[name]


def listeners(cluster: Cluster) -> Iterator[str]:
    """What the settings listen on is what pods expose, to others than themselves."""
    for variable, port in (("HTTP_ADDR", "http"), ("METRICS_ADDR", "metrics")):
        host, _, number = _setting(cluster, variable).rpartition(":")
        if host not in ("0.0.0.0", "[::]"):
            yield f"{variable}: nobody outside of the pod reaches it"
        for pod in cluster.pods:
            exposed = pod.port(port)
            if pod.is_ours and exposed and exposed != int(number):
                yield f"{pod}: exposes {port} at {exposed}, the program listens on {number}"
    for component in ("server", "worker"):
        pods = [pod for pod in cluster.pods if pod.is_ours and pod.component == component]
        if not pods or any(pod.port("metrics") is None for pod in pods):
            yield f"{component}: no pod exposes metrics"


def proxies(cluster: Cluster) -> Iterator[str]:
    """The ingress lets through what the server would, and waits at least as long."""
    for ingress in cluster.of("Ingress"):
        said = {key.rpartition("/")[2]: value for key, value in at(ingress, "metadata", "annotations").items()}
        for name in sorted(said.keys() - ANNOTATIONS):
            yield f"Ingress: {name} is no annotation that is known here"
        size = re.fullmatch(r"(\d+)([kmg]?)", said.get("proxy-body-size", "1m"))
        most = int(_setting(cluster, "MAX_REQUEST_BYTES"))
        if size is None or int(size[1]) * SIZES.get(size[2], 1) < most:
            yield f"Ingress: cuts requests off below MAX_REQUEST_BYTES ({most})"
        if int(said.get("proxy-read-timeout", "60")) < seconds(_setting(cluster, "REQUEST_DEADLINE")):
            yield "Ingress: gives up before REQUEST_DEADLINE"
        if not _setting(cluster, "TRUSTED_PROXIES"):
            yield "TRUSTED_PROXIES: without it all requests seem to come from the ingress controller"


def grace(cluster: Cluster) -> Iterator[str]:
    """A pod is not killed before the program has ended by itself."""
    for pod in cluster.pods:
        if not pod.is_ours or pod.kind != "Deployment":
            continue
        before = at(pod.spec["containers"][0], "lifecycle", "preStop", "sleep", "seconds") or 0
        drain = ("SHUTDOWN_LINGER", "SHUTDOWN_DRAIN") if pod.component == "server" else ()
        needs = before + sum(seconds(_setting(cluster, name)) for name in drain) + wind_up()
        given = pod.spec.get("terminationGracePeriodSeconds", 30)
        if given <= needs:
            yield f"{pod}: is killed after {given} s, but may need {needs}"


RULES = [known, needed, accepted, listeners, proxies, grace]

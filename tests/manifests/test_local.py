"""The rules of compose files, skaffold.yaml and the Dockerfile are shown what breaks them."""

from __future__ import annotations

import unittest
from collections.abc import Callable
from typing import Any

import yaml

import compose
import image
import skaffold
from known import ROOT

Changed = dict[str, Any]

COMPOSE: list[tuple[Callable[[Changed], Any], Callable[[Changed], Any], str]] = [
    (compose.schema, lambda s: s["mysql"].update(port=["1:1"]), "port"),
    (compose.loopback, lambda s: s["mailhog"].update(ports=["8025:8025"]), "other machines"),
    (compose.health, lambda s: s["redis"].pop("healthcheck"), "no health check"),
    (compose.health, lambda s: s["shotify"]["depends_on"].update(rabbit={}), "rabbit"),
    (compose.images, lambda s: s["redis"].update(image="redis:latest"), "exact version"),
    (compose.images, lambda s: s["migrate"].pop("build"), "built here"),
    (compose.settings, lambda s: s["shotify"]["environment"].update(REDIS="x"), "no variable REDIS"),
    (compose.settings, lambda s: s["shotify"]["environment"].update(SHOTIFY_ENV="production"), "development only"),
    (compose.settings, lambda s: s["shotify"]["environment"].update(SMTP_URL="smtp://mail:25"), "no service"),
    (compose.passwords, lambda s: s["mysql"]["environment"].update(MYSQL_PASSWORD="tulip"), "MYSQL_PASSWORD"),
    (compose.passwords, lambda s: s["shotify"]["environment"].update(REDIS_URL="redis://:tulip@redis"), "REDIS_URL"),
    (compose.restricted, lambda s: s["shotify"].update(read_only=False), "may write"),
    (compose.restricted, lambda s: s["mysql"].update(privileged=True), "not kept apart"),
    (compose.mounts, lambda s: s["mysql"].update(volumes=["./nowhere:/x"]), "not there"),
    (compose.mounts, lambda s: s["mysql"].update(volumes=["nowhere:/x"]), "not declared"),
]  # fmt: skip


def _hook(config: Changed) -> Any:
    return config["deploy"]["kubectl"]["hooks"]["before"][0]["host"]


SKAFFOLD: list[tuple[Callable[..., Any], Callable[[Changed], Any], str]] = [
    (skaffold.schema, lambda c: c["deploy"].update(kubetcl={}), "kubetcl"),
    (skaffold.builds, lambda c: c["build"]["artifacts"][0].update(image="shop"), "nothing uses"),
    (skaffold.forwards, lambda c: c["portForward"][0].update(port=81), "has not"),
    (skaffold.forwards, lambda c: c["portForward"][0].update(resourceName="shop"), "no Service"),
    (skaffold.forwards, lambda c: c["portForward"][0].update(address="0.0.0.0"), "other machines"),
    (skaffold.hooks, lambda c: _hook(c).update(command=["sh", "x"]), "not there"),
]  # fmt: skip

# What stands in the Dockerfile, what takes its place, and the complaint.
DOCKERFILE = [
    ("@sha256:6258907a", "#", "a digest"),
    ("RUSTUP_TOOLCHAIN=1.95.0", "RUSTUP_TOOLCHAIN=1.94.0", "another Rust"),
    ("gcr.io/distroless/cc-debian12:nonroot", "debian:12", "has a shell"),
    ("USER 65532:65532", "USER nonroot", "user by number"),
    ("HEALTHCHECK", "# ", "how it is"),
    ("--locked", "", "--locked"),
    ("SHOTIFY_REQUIRE_WEB=1", "", "SHOTIFY_REQUIRE_WEB"),
    ("COPY src ./src", "COPY source ./src", "COPY source: is not there"),
    ("COPY src ./src", "COPY tests ./tests", "keeps it away"),
]


class Local(unittest.TestCase):
    def test_each_rule_of_compose_files_notices_what_breaks_it(self) -> None:
        for rule, change, words in COMPOSE:
            changed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
            change(changed["services"])
            said = list(rule(changed))
            with self.subTest(rule=rule.__name__, words=words):
                self.assertTrue(any(words in line for line in said), said)
        self.assertEqual({rule for rule, _, _ in COMPOSE}, set(compose.RULES), "each is tried")

    def test_each_rule_of_skaffold_notices_what_breaks_it(self) -> None:
        config = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
        cluster = skaffold.overlay(config)
        for rule, change, words in SKAFFOLD:
            changed = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
            change(changed)
            said = list(rule(changed, cluster))
            with self.subTest(rule=rule.__name__, words=words):
                self.assertTrue(any(words in line for line in said), said)
        self.assertEqual({rule for rule, _, _ in SKAFFOLD}, set(skaffold.RULES), "each is tried")

    def test_what_the_dockerfile_promises_is_looked_at(self) -> None:
        text, ignore = ((ROOT / name).read_text() for name in ("Dockerfile", ".dockerignore"))
        for old, new, words in DOCKERFILE:
            self.assertIn(old, text)
            said = image.complaints(text.replace(old, new), ignore)
            self.assertTrue(any(words in line for line in said), (old, said))
        said = image.complaints(text, ignore.replace("\n*\n", "\n"))
        self.assertTrue(any("SESSION_SECRETS would be sent" in line for line in said), said)


if __name__ == "__main__":
    unittest.main()

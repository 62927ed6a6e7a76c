"""scripts/secrets and scripts/deploy, run for real with a stand-in of kubectl that writes down what it is asked."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import tempfile
import textwrap
import unittest
from pathlib import Path

from known import ROOT, secret_keys

DIGEST = "registry.example/shotify@sha256:" + "ab" * 32
KUBECTL = """\
    #!/usr/bin/env bash
    printf '%s\\n' "$*" >>"$CALLS"
    case "$*" in
      kustomize*) exec "$KUBECTL" "$@" ;;
      "create secret"*) exec "$KUBECTL" "$@" ;;
      *"apply --server-side"*) cat >>"$CALLS.sent" ;;
      *"get job"*) printf '%s' "$JOB" ;;
      *"get secret"*) [ -z "$AWAY" ] || exit 1; printf '%s' "$FOUND" ;;
      *"rollout status deployment/$STUCK "*) [ -z "$STUCK" ] ;;
    esac
"""


class Scripts(unittest.TestCase):
    def setUp(self) -> None:
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = Path(kept.name)
        stand_in = self.folder / "bin/kubectl"
        stand_in.parent.mkdir()
        stand_in.write_text(textwrap.dedent(KUBECTL))
        stand_in.chmod(0o755)
        self.settings = {
            **os.environ,
            "KUBECTL": subprocess.check_output(["which", "kubectl"], text=True).strip(),
            "PATH": f"{stand_in.parent}:{os.environ['PATH']}",
            "CALLS": str(self.folder / "calls"),
            "SECRETS_DIR": str(self.folder / "secrets"),
            "DEPLOY_POLL": "0",
            **dict.fromkeys(("JOB", "FOUND", "AWAY", "STUCK"), ""),
        }

    def run_script(
        self, script: str, *arguments: str, text: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / script, *arguments],
            input=text,
            capture_output=True,
            text=True,
            env={**self.settings, **settings},
            timeout=60,
        )

    def secrets(self, *arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        done = self.run_script("secrets", *arguments, text=text, **settings)
        for value in self.values().values():
            self.assertNotIn(value, done.stdout + done.stderr, "a secret is printed")
        return done

    def values(self) -> dict[str, str]:
        folder = self.folder / "secrets/prod"
        return {str(file.relative_to(folder)): file.read_text() for file in folder.glob("*/*")}

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    def test_secrets_are_random_for_their_owner_alone_and_made_once(self) -> None:
        self.assertEqual(self.secrets("make", "prod").returncode, 0)
        made = self.values()
        self.assertEqual(self.secrets("make", "prod").returncode, 0)
        self.assertEqual(self.values(), made)
        random = [value for key, value in made.items() if "URL" not in key]
        self.assertEqual(len(set(random)), len(random))
        self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", value) for value in random), "32 bytes each")
        for file in (self.folder / "secrets").rglob("*"):
            self.assertEqual(stat.S_IMODE(file.stat().st_mode) & 0o077, 0, file)
        self.assertIn(made["mysql/app-password"], made["shotify/DATABASE_URL"])
        self.assertIn(made["mysql/app-password"], made["shotify/DATABASE_READ_URL"])
        self.assertIn(made["redis/password"], made["shotify/REDIS_URL"])

    def test_a_rotated_key_signs_and_the_one_before_is_still_accepted(self) -> None:
        self.secrets("make", "prod")
        seen = [self.values()["shotify/SESSION_SECRETS"]]
        for _ in range(3):
            self.assertEqual(self.secrets("rotate", "prod", "shotify/SESSION_SECRETS").returncode, 0)
            new, old = self.values()["shotify/SESSION_SECRETS"].split(",")
            self.assertEqual(old, seen[-1])
            self.assertNotIn(new, seen)
            seen.append(new)

    def test_a_rotated_password_is_in_the_addresses_that_hold_it(self) -> None:
        self.secrets("make", "prod")
        before = self.values()
        self.secrets("rotate", "prod", "mysql/app-password")
        after = self.values()
        self.assertNotEqual(before["mysql/app-password"], after["mysql/app-password"])
        self.assertIn(after["mysql/app-password"], after["shotify/DATABASE_READ_URL"])
        self.assertEqual(before["shotify/REDIS_URL"], after["shotify/REDIS_URL"])

    def test_what_others_gave_out_is_taken_and_what_nobody_knows_is_not(self) -> None:
        self.assertEqual(self.secrets("set", "prod", "shotify/SENDGRID_API_KEY", text="SG.x\n").returncode, 0)
        self.assertEqual(self.values()["shotify/SENDGRID_API_KEY"], "SG.x")
        for wrong in (
            ("set", "prod", "shotify/SENDGRIT"),
            ("rotate", "prod", "shotify/SENDGRID_API_KEY"),
            ("make", "test"),
        ):
            self.assertNotEqual(self.secrets(*wrong, text="x").returncode, 0, wrong)

    def test_what_is_sent_is_what_was_made_without_a_copy_in_an_annotation(self) -> None:
        self.secrets("make", "prod")
        self.secrets("set", "prod", "alertmanager/slack-webhook-url", text="https://hooks.example/canary")
        self.assertEqual(self.secrets("apply", "prod").returncode, 0)
        calls = self.calls()
        self.assertTrue(any("create secret generic alertmanager --namespace=monitoring" in call for call in calls))
        self.assertTrue(any("create secret generic mysql --namespace=shotify" in call for call in calls))
        self.assertFalse(any("shotify-gcs-key" in call for call in calls), "what is not there is not sent")
        for call in calls:
            self.assertFalse(any(value in call for value in self.values().values()), "seen in the list of processes")
        sent = (self.folder / "calls.sent").read_text()
        for key in self.values():
            self.assertIn(f"  {key.split('/')[1]}: ", sent)

    def test_what_the_cluster_does_not_tell_leaves_the_files_alone(self) -> None:
        self.secrets("make", "prod")
        made = self.values()
        self.assertNotEqual(self.secrets("fetch", "prod", AWAY="yes").returncode, 0)
        self.assertEqual(self.values(), made)
        self.assertEqual(self.secrets("fetch", "prod").returncode, 0, "nothing is there")
        self.assertEqual(self.values(), made)
        self.assertEqual(self.secrets("fetch", "prod", FOUND="Y2FuYXJ5LTQ3MTE=").returncode, 0)
        self.assertEqual(self.values(), dict.fromkeys(secret_keys(), "canary-4711"))

    def deployed(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return self.run_script("deploy", *arguments, **settings)

    def test_the_migration_comes_before_servers_and_workers(self) -> None:
        done = self.deployed(DIGEST, JOB="Complete")
        self.assertEqual(done.returncode, 0, done.stderr)
        steps = [call for call in self.calls() if "apply" in call or "delete job" in call or "rollout" in call]
        order = [
            "notin (server,worker,migrate)", "statefulset/mysql", "statefulset/redis", "delete job shotify-migrate",
            "component=migrate", "component=server", "deployment/shotify ",
            "component=worker", "deployment/shotify-worker",
        ]  # fmt: skip
        self.assertEqual(len(steps), len(order), steps)
        for step, words in zip(steps, order, strict=True):
            self.assertIn(words, step)

    def test_a_failed_migration_leaves_servers_as_they_are(self) -> None:
        done = self.deployed(DIGEST, JOB="Failed")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("the migration failed", done.stderr)
        self.assertFalse([call for call in self.calls() if "deployment" in call])

    def test_what_does_not_get_ready_is_taken_back_and_nothing_else(self) -> None:
        for stuck in ("shotify", "shotify-worker"):
            done = self.deployed(DIGEST, JOB="Complete", STUCK=stuck)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("did not get ready", done.stderr)
            undone = [call for call in self.calls() if "rollout undo" in call]
            self.assertEqual(undone, [f"--namespace=shotify rollout undo deployment/{stuck}"])
            workers = any("component=worker" in call for call in self.calls())
            self.assertEqual(workers, stuck == "shotify-worker", "workers come behind servers")
            (self.folder / "calls").unlink()

    def test_nothing_is_rolled_out_that_has_no_digest(self) -> None:
        for arguments in ((), ("registry.example/shotify:1.0",)):
            self.assertNotEqual(self.deployed(*arguments, JOB="Complete").returncode, 0)
        calls = self.folder / "calls"
        self.assertFalse(calls.exists() and "apply" in calls.read_text())


if __name__ == "__main__":
    unittest.main()

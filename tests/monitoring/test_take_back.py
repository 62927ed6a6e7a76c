"""A roll-out that does not serve is taken back, and what cannot be taken back stays as it is."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from project import ROOT

# Notes its arguments, and fails where STATUS or UNDO say so. A roll-out of the version before is every odd one.
KUBECTL = """#!/usr/bin/env bash
echo "$*" >> "$LOG"
undone=$(grep -c 'rollout undo deployment/shotify$' "$LOG")
case $* in
  *"rollout undo"*) [ "$UNDO" = works ] ;;
  *"rollout status"*) [ "$BEFORE" = starts ] || [ $((undone % 2)) = 0 ] ;;
esac
"""


class TakeBack(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "kubectl").write_text(KUBECTL)
        (self.folder / "kubectl").chmod(0o755)
        self.log = self.folder / "log"

    def run_it(self, *, undo: str = "works", before: str = "starts") -> tuple[int, list[str]]:
        path = f"{self.folder}:{os.environ['PATH']}"
        settings = {**os.environ, "PATH": path, "LOG": str(self.log), "UNDO": undo, "BEFORE": before}
        done = subprocess.run([ROOT / "scripts" / "take-back"], env=settings, capture_output=True, timeout=30)
        calls = self.log.read_text().splitlines()
        return done.returncode, [call.removeprefix("--namespace=shotify rollout ") for call in calls]

    def test_servers_and_workers_go_back_and_are_waited_for(self) -> None:
        code, calls = self.run_it()
        self.assertEqual(code, 0)
        self.assertEqual([call.split(" --")[0] for call in calls], UNDO + READY)

    def test_where_the_version_before_does_not_start_the_new_one_stays_and_it_fails(self) -> None:
        code, calls = self.run_it(before="refuses")
        self.assertEqual(code, 1)
        self.assertEqual([call.split(" --")[0] for call in calls], UNDO + READY[:1] + UNDO + READY)

    def test_without_a_version_before_it_fails_at_once(self) -> None:
        code, calls = self.run_it(undo="fails")
        self.assertEqual((code, calls), (1, UNDO[:1]))


UNDO = ["undo deployment/shotify", "undo deployment/shotify-worker"]
READY = ["status deployment/shotify", "status deployment/shotify-worker"]

if __name__ == "__main__":
    unittest.main()

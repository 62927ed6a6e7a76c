#!/usr/bin/env bash
# The workflows of GitHub Actions, with the shell scripts inside.
set -euo pipefail
exec actionlint

#!/usr/bin/env bash
# Whether the rules themselves would notice: each is shown something broken. Then the scripts of operators, with stand-ins.
set -euo pipefail
cd tests/manifests
exec python -m unittest --quiet test_*.py

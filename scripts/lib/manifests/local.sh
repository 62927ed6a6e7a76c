#!/usr/bin/env bash
# What brings Shotify up on one's own machine: the compose files and skaffold.yaml.
set -euo pipefail
python tests/manifests/compose.py
python tests/manifests/skaffold.py

#!/usr/bin/env bash
# Each overlay, rendered: schemas of Kubernetes 1.32 and the newest, and the rules of tests/manifests.
set -euo pipefail
exec python tests/manifests/check.py

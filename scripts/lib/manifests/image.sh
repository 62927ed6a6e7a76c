#!/usr/bin/env bash
# The Dockerfile, and what of the project it would be given.
set -euo pipefail
hadolint Dockerfile
exec python tests/manifests/image.py

#!/usr/bin/env bash
# Every shell script of the project.
set -euo pipefail
mapfile -t scripts < <(git ls-files -z | xargs -0 grep -lIE '^#!.*\b(ba)?sh\b|^# shellcheck shell=' -- | grep -vE '\.(md|rs|ya?ml)$')
exec shellcheck -x "${scripts[@]}"

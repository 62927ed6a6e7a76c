#!/usr/bin/env bash
# Every shell script of the project, with what it sources.
set -euo pipefail
mapfile -t scripts < <(git grep -lIE '^#!.*\b(ba|da)?sh\b' -- ':!*.py' ':!*.md')
exec shellcheck -x "${scripts[@]}"

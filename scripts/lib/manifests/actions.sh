#!/usr/bin/env bash
# Looks for what makes workflows of GitHub Actions unsafe: rights that are too wide, actions that are not pinned, templates
# that are put into scripts. Asks nobody else.
#
#   scripts/lib/manifests/actions.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# shellcheck source=scripts/lib/run.sh
source scripts/lib/run.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/python.sh
source scripts/lib/python.sh
trap clean_up EXIT

python_package zizmor 1.32.0 || fail "the workflows cannot be checked without zizmor"
run "${python%/*}/zizmor" --offline --no-progress --color=never .github

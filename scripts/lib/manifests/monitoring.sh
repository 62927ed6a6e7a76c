#!/usr/bin/env bash
# Checks what watches Shotify (k8s/monitoring): rules and their unit tests, runbooks, dashboards, who is told of what, and
# from a stopped server to those on duty by the real Prometheus and Alertmanager on loopback.
#
#   scripts/lib/manifests/monitoring.sh
#
# Prometheus and Alertmanager are this machine's, else, for root, the distribution's packages, whose services are not
# started. The server is target/debug/shotify, or that of SHOTIFY_BINARY, where it was built; else something stands in
# for it. What cannot be had is said, and its tests leave themselves out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# shellcheck source=scripts/lib/run.sh
source scripts/lib/run.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/python.sh
source scripts/lib/python.sh
trap clean_up EXIT

bring_prometheus() {
  local missing=()
  if ! find_program prometheus promtool >/dev/null; then missing+=(prometheus); fi
  if ! find_program alertmanager prometheus-alertmanager >/dev/null; then missing+=(prometheus-alertmanager); fi
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" = 0 ] && have apt-get; then
    install_packages "${missing[@]}"
  else
    say "not installed: ${missing[*]}; what needs them is not checked"
  fi
}

bring_prometheus
export PYTHONDONTWRITEBYTECODE=1
python_package PyYAML 6.0.3 || fail "the checks of k8s/monitoring need PyYAML"
run "$python" -m unittest discover --start-directory tests/monitoring --verbose

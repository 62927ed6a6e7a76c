# shellcheck shell=bash
# Installing servers from the distribution, for root only, without letting the packages start their services.

policy=/usr/sbin/policy-rc.d
policy_set=no

# Debian's maintainer scripts ask this file before they start a service; 101 forbids it.
forbid_services() {
  policy_set=yes
  if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$policy.before-shotify"; fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_services() {
  [ "$policy_set" = yes ] || return 0
  rm -f "$policy"
  if [ -e "$policy.before-shotify" ] || [ -L "$policy.before-shotify" ]; then mv "$policy.before-shotify" "$policy"; fi
  policy_set=no
}

install_packages() {
  if [ "$(id -u)" != 0 ] || ! have apt-get; then
    fail "not found on this machine: $* (programs mariadbd or mysqld, redis-server; fake-gcs-server, or python3 with venv to fetch it).
Install them, or set TEST_MYSQL_URL, TEST_REDIS_URL and TEST_GCS_URL, or run as root where there is apt-get, or use scripts/test --fast."
  fi
  say "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -q -y -o DPkg::Lock::Timeout=300)
  forbid_services
  run "${apt[@]}" update
  run "${apt[@]}" install --no-install-recommends "$@"
  allow_services
}

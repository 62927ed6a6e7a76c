#!/usr/bin/env bash
# The server itself. It always starts read-only, whoever it is: keeper.sh opens it, once the record says so.
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

certificate=()
if has_certificate; then certificate=(--ssl-ca="$tls/ca.crt" --ssl-cert="$tls/tls.crt" --ssl-key="$tls/tls.key"); fi
# shellcheck disable=SC2086  # Further options are words.
exec mysqld --defaults-file="$config" --datadir="$data" --socket="$socket" --pid-file="$run/mysqld.pid" --port="$port" \
  --server-id="$((100 + ${POD_NAME##*-}))" --report-host="$(host_of "$POD_NAME")" --report-port="$port" \
  "${certificate[@]}" ${MYSQLD_OPTIONS:-}

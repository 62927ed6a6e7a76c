#!/usr/bin/env bash
# Readiness: a server that may write, or a replica whose replication runs and is not far behind.
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
SQL_TIMEOUT=4

ask() { sql_as exporter exporter "$@"; }

if [ "$(ask 'SELECT @@GLOBAL.super_read_only')" = 0 ]; then exit; fi
status=$(ask 'SHOW REPLICA STATUS' --vertical --column-names)
[[ $status == *'Replica_IO_Running: Yes'* ]] || fail "not ready: nothing is received from the primary"
[[ $status == *'Replica_SQL_Running: Yes'* ]] || fail "not ready: nothing is applied"
[[ $status =~ Seconds_Behind_Source:\ ([0-9]+) ]] || fail "not ready: the lag is not known"
[ "${BASH_REMATCH[1]}" -le "${MAX_LAG:-30}" ] || fail "not ready: ${BASH_REMATCH[1]} seconds behind"

#!/usr/bin/env bash
# The sidecar that gives the server of its pod the role that the record says, every two seconds: primary, replica or neither.
#
# - No server becomes writable but here, for the pod that the record names, and only when as many replicas are attached
#   as must acknowledge. Before that nothing can commit, which would also hold up each clone.
# - A server that the record no longer names stops writing. Where commits wait for an acknowledgement that never comes it
#   cannot be made read-only; it is killed, and starts read-only.
# - While the API server does not answer everything stays as it is. A primary that the others have left cannot
#   acknowledge anything any more, so that two of them never both do.
# - A server with transactions that the primary lacks does not replicate; it waits for an operator (failover.sh reclone).
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=k8s/base/mysql/scripts/stream.sh
source "${BASH_SOURCE[0]%/*}/stream.sh"

role=

ask() { sql "$1" 2>&1; }
writable() { [ "$(sql 'SELECT @@GLOBAL.super_read_only')" = 0 ]; }
source_host() { sql 'SELECT HOST FROM performance_schema.replication_connection_configuration WHERE CHANNEL_NAME = ""'; }
subtract() { sql "SELECT REPLACE(GTID_SUBTRACT('$1', '$2'), '\n', '')"; }
executed() { sql "SELECT REPLACE(@@GLOBAL.gtid_executed, '\n', '')"; }
received() {
  sql "SELECT REPLACE(RECEIVED_TRANSACTION_SET, '\n', '') FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''"
}

# A cloned or restored server has its donor's notes of replication and not its binary logs: it is told what it has.
adopt_clone() {
  local set
  [ -e "$data/xtrabackup_binlog_info" ] || return 0
  set=$(transactions_of "$data") || { say_once "xtrabackup_binlog_info cannot be read"; return 1; }
  sql "STOP REPLICA; RESET REPLICA ALL; RESET BINARY LOGS AND GTIDS; SET GLOBAL gtid_purged = '$set'" || return 1
  mv "$data/xtrabackup_binlog_info" "$root/cloned_from"
  say "has the transactions '$set' by a clone"
}

acknowledging() { sql "SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_clients'"; }

# Whether commits may wait, and do, for as many replicas as the record asks for.
semi_synchronous() {
  if [ "$acknowledgements" = 0 ]; then
    sql 'SET GLOBAL rpl_semi_sync_source_enabled = OFF'
    return
  fi
  # Counting needs it to be on; a server that is read-only has no commits to hold up.
  writable || sql 'SET GLOBAL rpl_semi_sync_source_enabled = ON' || return 1
  if [ "$(acknowledging)" -lt "$acknowledgements" ]; then
    say_once "$(acknowledging) of $acknowledgements replicas that must acknowledge are attached"
    return 1
  fi
  sql "SET GLOBAL rpl_semi_sync_source_enabled = ON;
    SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = $acknowledgements"
}

lead() {
  if [ -n "$(source_host)" ]; then promote || return 1; fi
  if writable; then
    role=primary
    # Commits wait by themselves while replicas are away.
    semi_synchronous || true
    return
  fi
  semi_synchronous || return 1
  sql 'SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF' || return 1
  role=primary
  say "writes now"
}

# Everything received is applied before the relay logs go.
promote() {
  local set
  sql 'STOP REPLICA IO_THREAD' || return 1
  set=$(received) || return 1
  sql 'START REPLICA SQL_THREAD' || return 1
  if [ "$(sql "SELECT WAIT_FOR_EXECUTED_GTID_SET('$set', 5)")" != 0 ]; then
    say_once "applying what was received before writing"
    return 1
  fi
  sql 'STOP REPLICA; RESET REPLICA ALL'
}

# The state of not writing, whatever it takes.
close() {
  local state
  role=
  state=$(sql 'SELECT CONCAT(@@GLOBAL.super_read_only, @@GLOBAL.rpl_semi_sync_source_enabled)') || return 1
  if [[ $state == 0? ]]; then
    say "does not write any more"
    SQL_TIMEOUT=3 sql 'SET GLOBAL super_read_only = ON' || {
      say "commits wait for an acknowledgement: killing the server, it starts read-only"
      kill -KILL "$(<"$run/mysqld.pid")"
      return 1
    }
  fi
  # Never before: it would answer commits that nobody acknowledged.
  [ "$state" = 10 ] || sql 'SET GLOBAL rpl_semi_sync_source_enabled = OFF'
}

follow() { # POD
  local host status
  close || return 1
  host=$(host_of "$1")
  status=$(replica_status) || return 1
  if is_to_be_pointed "$status" "$host"; then
    repoint "$1" "$host" || return 1
    status=$(replica_status) || return 1
  fi
  keep_replicating "$1" "$status" && role=replica
}

replica_status() { sql 'SHOW REPLICA STATUS' --vertical --column-names; }

# To another primary, or with another password: MySQL keeps the one that it was pointed with.
is_to_be_pointed() { # STATUS HOST
  [[ $1 == *" Source_Host: $2"$'\n'* ]] || return 0
  [[ $1 =~ Last_IO_Errno:\ 1045 ]] || return 1
  say_once "takes up a new password"
}

repoint() { # POD HOST
  local mine theirs extra
  # Mine first: what the primary commits meanwhile is no difference.
  mine=$(executed) || return 1
  theirs=$(executed_on "$1") || { say_once "$1 does not answer"; return 1; }
  extra=$(subtract "$mine" "$theirs") || return 1
  if [ -n "$extra" ]; then
    say_once "has transactions that $1 lacks and that nobody acknowledged: $extra. To discard them: failover.sh reclone $POD_NAME"
    sql 'STOP REPLICA'
    return 1
  fi
  sql "STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_HOST = '$2', SOURCE_PORT = $port, SOURCE_USER = 'replication',
    SOURCE_PASSWORD = '$(password replication)', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_SSL_CA = '$tls/ca.crt',
    SOURCE_SSL_VERIFY_SERVER_CERT = 1, SOURCE_CONNECT_RETRY = 2, SOURCE_RETRY_COUNT = 1000000, SOURCE_HEARTBEAT_PERIOD = 2" || return 1
  say "replicates from $1"
}

# Nobody writes. Replication goes on or not, as failover.sh wants it.
stand_still() {
  close || return 1
  [ -z "$(source_host)" ] || role=replica
}

# Starts what does not run, unless it ended by an error: that is an operator's to judge.
keep_replicating() { # POD STATUS
  [[ $2 =~ Last_SQL_Errno:\ 0 ]] || { say_once "applying from $1 failed, see SHOW REPLICA STATUS"; return 1; }
  [[ $2 == *'Replica_IO_Running: No'* || $2 == *'Replica_SQL_Running: No'* ]] || return 0
  sql 'START REPLICA'
}

# The label is set anew now and then, should anybody have taken it away.
labelled='unknown' labelled_at=0
label() {
  [ "$role" != "$labelled" ] || [ "$((SECONDS - labelled_at))" -gt 30 ] || return 0
  label_pod "$role" || { say_once "the pod could not be labelled '$role'"; return 1; }
  labelled=$role labelled_at=$SECONDS
}

certificate=
renew_certificate() {
  local now
  has_certificate || return 0
  now=$(sha256sum "$tls/tls.crt")
  [ -z "$certificate" ] || [ "$now" = "$certificate" ] || { say "a new certificate"; sql 'ALTER INSTANCE RELOAD TLS'; }
  certificate=$now
}

turn() {
  ask 'SELECT 1' >/dev/null || { role='' labelled='unknown'; return 1; }
  adopt_clone || return 1
  read_record || { say_once "the config map mysql-primary cannot be read: everything stays as it is"; return 1; }
  case $primary in
    "$POD_NAME") lead || role='' ;;
    '' | none) stand_still || role='' ;;
    *) follow "$primary" || role='' ;;
  esac
  # failover.sh waits for it: whoever has seen a record does nothing any more that one before it asked for.
  printf '%s\n' "$primary" >"$run/record"
  label
  renew_certificate
}

# What an earlier one has seen is nothing that this one knows. The other file is the container's sign of life.
rm -f -- "$run/record"
trap 'exit 0' TERM INT
while true; do
  turn || true
  touch "$run/keeper"
  sleep "${INTERVAL:-2}" &
  wait "$!"
done

#!/usr/bin/env bash
# For operators, on a machine with kubectl: says how MySQL's servers are, and makes another one the primary.
#
#   failover.sh status
#   failover.sh move [mysql-N] [--accept-loss]   to mysql-N, else to the one that has most; planned, or because the primary is gone
#   failover.sh reclone mysql-N                  discards the data of a replica, which is then cloned anew
#
# `move` writes `none` into the record, upon which nobody writes. A primary that answers is waited for until it is read-only, and
# its successor until it has everything. From one that does not answer the replicas are cut off, so that nothing it still does is
# acknowledged; the one that received most applies that and is named in the record. Where too few servers
# answer to be sure that nothing acknowledged is lost, it refuses, and the record is as before; --accept-loss does it all the same.
# It may be run again at any time. NAMESPACE (shotify) and KUBECTL_CONTEXT choose the cluster.
set -euo pipefail
shopt -s inherit_errexit

readonly namespace=${NAMESPACE:-shotify}
patience=${PATIENCE:-60}

say() { printf '%s\n' "$*" >&2; }
fail() { say "failover.sh: $*"; exit 1; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}" >&2; exit 2; }

kube() { timeout "${KUBE_TIMEOUT:-15}" kubectl --namespace "$namespace" ${KUBECTL_CONTEXT:+--context "$KUBECTL_CONTEXT"} "$@"; }
in_pod() { kube exec "$1" --container keeper -- "${@:2}"; } # POD COMMAND...
ask() { in_pod "$1" bash /scripts/sql.sh "${@:2}" 2>/dev/null; } # POD STATEMENTS [OPTION...]
record() { kube get configmap mysql-primary --output "jsonpath={.data.$1}"; }
write_record() { kube patch configmap mysql-primary --type merge --patch "{\"data\":{$1}}" >/dev/null; }

all_pods() {
  local count i
  count=$(kube get statefulset mysql --output 'jsonpath={.spec.replicas}') || return 1
  for ((i = 0; i < count; i++)); do echo "mysql-$i"; done
}

# Executed, and received but not applied yet.
has() { # POD
  ask "$1" "SELECT REPLACE(GTID_SUBTRACT(CONCAT_WS(',', NULLIF(@@GLOBAL.gtid_executed, ''), (SELECT NULLIF(MAX(RECEIVED_TRANSACTION_SET), '')
    FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = '')), ''), '\n', '')"
}
lacks() { ask "$1" "SELECT REPLACE(GTID_SUBTRACT('$2', '$3'), '\n', '')"; } # POD SET SUBSET
until_true() { # COMMAND...
  local deadline=$((SECONDS + patience))
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 1
  done
}

status() {
  local pod line
  printf 'primary by the record: %s\n' "$(record primary)"
  for pod in $(all_pods); do
    line=$(ask "$pod" "SELECT CONCAT_WS(' ', IF(@@GLOBAL.super_read_only, 'reads', 'WRITES'), 'has', REPLACE(@@GLOBAL.gtid_executed, '\n', ''),
      (SELECT CONCAT('source ', HOST) FROM performance_schema.replication_connection_configuration WHERE CHANNEL_NAME = ''))") ||
      line='does not answer'
    printf '%s: %s\n' "$pod" "$line"
  done
}

reads_only() { [ "$(ask "$1" 'SELECT @@GLOBAL.super_read_only')" = 1 ]; }
writes() { [ "$(ask "$1" 'SELECT @@GLOBAL.super_read_only')" = 0 ]; }

# Whether a pod's keeper knows that nobody is the primary: an order of before it cannot come late.
knows() { [ "$(in_pod "$1" cat /run/mysqld/record 2>/dev/null)" = none ]; }
stands_still() { knows "$1" && reads_only "$1"; }

# Whether the former primary is known not to write. Its keeper needs a few seconds; a dead one does not answer at all.
fenced() { # POD
  say "waiting for $1 to be read-only"
  patience=${FENCE_PATIENCE:-16} KUBE_TIMEOUT=6 until_true stands_still "$1"
}

give_back() { # WHY
  write_record "\"primary\":\"$old\""
  fail "$1. The record is as before: $old"
}

# Sets answering to the pods that could become the primary.
find_candidates() {
  local pod
  answering=()
  for pod in $(all_pods); do
    [ "$pod" != "$old" ] || continue
    if ask "$pod" 'SELECT 1' >/dev/null; then answering+=("$pod"); else say "$pod does not answer"; fi
  done
  [ "${#answering[@]}" -gt 0 ] || give_back "no other server answers"
  [ -z "$target" ] || [[ " ${answering[*]} " == *" $target "* ]] || give_back "$target does not answer, or is the primary already"
}

# Every acknowledged transaction is on `acknowledgements` replicas: fewer than that may be missing.
cut_off() {
  local pod missing acknowledgements
  acknowledgements=$(record acknowledgements)
  missing=$(($(all_pods | wc -l) - 1 - ${#answering[@]}))
  if [ "$missing" -ge "${acknowledgements:-1}" ] && [ "$accept_loss" = no ]; then
    give_back "$missing replicas do not answer, nor does $old: an acknowledged transaction may be on them alone. Bring one of them back, or say --accept-loss"
  fi
  for pod in "${answering[@]}"; do
    until_true knows "$pod" || fail "the keeper of $pod does not see the record; see its log, and run this again"
    ask "$pod" 'STOP REPLICA IO_THREAD' || fail "$pod does not stop receiving; run this again"
  done
}

covers() { # POD SET
  local mine
  mine=$(has "$1") && [ -z "$(lacks "$1" "$2" "$mine")" ]
}

# The one that was asked for, else the first, that has all that is known.
choose() {
  local pod other sets=() all
  [ "$fenced" = no ] || answering+=("$old")
  for other in "${answering[@]}"; do
    all=$(has "$other") || give_back "$other does not answer any more"
    sets+=("$all")
  done
  all=$(IFS=,; echo "${sets[*]}")
  if [ "$fenced" = yes ]; then
    new=${target:-${answering[0]}}
    until_true covers "$new" "$all" || give_back "$new does not get what $old has"
    return
  fi
  for pod in ${target:-"${answering[@]}"}; do
    if covers "$pod" "$all"; then new=$pod; return; fi
  done
  give_back "no server, or not $target, has everything that was received: ${sets[*]}"
}

move() {
  local answering fenced=no new
  old=$(record primary)
  [ "$old" != none ] || old=$(record former)
  [ -n "$old" ] || fail "there is no primary yet"
  [ "$target" != "$old" ] || fail "$old is the primary"
  say "nobody writes from now on"
  write_record "\"primary\":\"none\",\"former\":\"$old\""
  if fenced "$old"; then fenced=yes; say "$old is read-only"; else say "$old does not answer: cutting it off"; fi
  find_candidates
  [ "$fenced" = yes ] || cut_off
  choose
  say "$new has everything; it applies what it received"
  [ "$(KUBE_TIMEOUT=$((patience + 30)) ask "$new" "SELECT WAIT_FOR_EXECUTED_GTID_SET('$(has "$new")', $patience)")" = 0 ] || fail "$new does not get ready; run this again"
  write_record "\"primary\":\"$new\""
  until_true writes "$new" || fail "$new is the primary by the record and does not write yet: see its keeper's log"
  say "$new is the primary"
  [ "$fenced" = yes ] || say "$old comes back as a replica, or says in its keeper's log which transactions have to be discarded"
}

reclone() { # POD
  local primary
  primary=$(record primary)
  if [ "$primary" = "$1" ] || [ "$primary" = none ]; then fail "the record names '$primary': $1 has nobody to clone from"; fi
  in_pod "$1" touch /var/lib/mysql/reclone || fail "$1 does not answer; without its pod, delete its volume claim data-$1 instead"
  kube delete pod "$1" --wait=false
  say "$1 is cloned anew"
}

target='' accept_loss=no command=${1:-}
[ "$#" = 0 ] || shift
for argument in "$@"; do
  case $argument in
    --accept-loss) accept_loss=yes ;;
    mysql-[0-9]*) target=$argument ;;
    *) usage ;;
  esac
done
case $command in
  status) status ;;
  move) move ;;
  reclone) [ -n "$target" ] || usage; reclone "$target" ;;
  *) usage ;;
esac

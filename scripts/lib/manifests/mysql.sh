#!/usr/bin/env bash
# Runs the scripts of k8s/base/mysql against real servers: a primary and two secondaries that clone, users, readiness, a
# planned move, a failover from a primary that is cut off and from one that is killed, backup and restore.
#
#   scripts/lib/manifests/mysql.sh
#
# MySQL is that of MYSQLD, an installed one, or fetched from Debian into target/; where none can be had, it says so and leaves itself
# out. What else is missing (socat, jq, zstd, …) is installed when run as root. XtraBackup 8.4 is used where it is installed, else MySQL's CLONE LOCAL stands in
# for it. Kubernetes is not there: its API and kubectl are stand-ins that know just what the scripts ask for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# shellcheck source=scripts/lib/run.sh
source scripts/lib/run.sh
# shellcheck source=scripts/lib/probe.sh
source scripts/lib/probe.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/servers.sh
source scripts/lib/servers.sh
# shellcheck source=scripts/lib/mysqld.sh
source scripts/lib/mysqld.sh
# shellcheck source=scripts/lib/manifests/mysql/pods.sh
source scripts/lib/manifests/mysql/pods.sh

passed=0
check() { # SENTENCE COMMAND...
  if "${@:2}" 2>"$scratch/why"; then
    passed=$((passed + 1))
    say "ok: $1"
    return
  fi
  show_logs
  fail "does not hold: $1 ($(tail -n 3 "$scratch/why"))"
}

show_logs() {
  local pod
  for pod in mysql-0 mysql-1 mysql-2; do
    [ -e "$scratch/pods/$pod/log" ] || continue
    say "the end of the log of $pod"
    grep -v -E '\[(System|Warning|Note)\]' "$scratch/pods/$pod/log" | tail -n 20 >&2
  done
}

refused() { # PATTERN COMMAND...
  local answer
  if answer=$("${@:2}" 2>&1); then return 1; fi
  [[ $answer == *$1* ]] || { echo "another refusal: $answer" >&2; return 1; }
}
silent() { "$@" >/dev/null; }
not() { if "$@" 2>/dev/null; then return 1; fi; }
is() { [ "$1" = "$("${@:2}")" ]; } # VALUE COMMAND...
logged() { grep -q -- "$2" "$scratch/pods/$1/log"; } # POD TEXT
ready() { in_pod "$1" ready.sh; }
writes() { is 0 root_sql "$1" 'SELECT @@GLOBAL.super_read_only'; }
replicates_from() { # POD SOURCE
  ready "$1" && is "$(address "$2")" root_sql "$1" 'SELECT HOST FROM performance_schema.replication_connection_configuration' &&
    is replica role "$1"
}
rows() { client "$1" shotify 'SELECT COUNT(*) FROM shotify.notes'; } # POD
checksum() { root_sql "$1" 'CHECKSUM TABLE shotify.notes' | cut -f 2; } # POD
add() { client "$1" shotify "INSERT INTO shotify.notes (text) VALUES ('$2')"; } # POD TEXT
finds() { is 1 client "$1" shotify "SELECT COUNT(*) FROM shotify.notes WHERE text = '$2'"; } # POD TEXT

a_cluster_starts_from_nothing() {
  start_pod mysql-0
  check "the first pod makes a database and claims the record" eventually is mysql-0 record
  check "the primary waits for a replica" eventually logged mysql-0 '0 of 1 replicas that must acknowledge'
  check "it is read-only until one is attached" is 1 root_sql mysql-0 'SELECT @@GLOBAL.super_read_only'
  check "it is not ready before" not ready mysql-0
  start_pod mysql-1
  check "a secondary clones the primary and replicates" eventually replicates_from mysql-1 mysql-0
  check "the primary writes once it is attached" eventually writes mysql-0
  check "the primary's service finds it" eventually is primary role mysql-0
  start_pod mysql-2
  check "another clones a secondary and replicates from the primary" eventually replicates_from mysql-2 mysql-0
  check "it was the secondary that gave the clone" logged mysql-2 "cloned from $(address mysql-1)"
  check "both acknowledge" eventually is 2 semi_sync mysql-0 clients
  check "commits wait for them" is ON semi_sync mysql-0 status
}

semi_sync() { root_sql "$1" "SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_$2'"; }

users_have_the_least_rights() {
  local statements='CREATE TABLE shotify.notes (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(200)); CREATE INDEX notes_text ON shotify.notes (text);
    ALTER TABLE shotify.notes ADD more INT; INSERT INTO shotify.notes (text) VALUES ("first"); DELETE FROM shotify.notes WHERE id = 0'
  check "the application makes and changes its tables" client mysql-0 shotify "$statements"
  check "what it writes reaches the replicas" eventually finds mysql-2 first
  check "root is refused from elsewhere" refused 'Access denied' client mysql-0 root 'SELECT 1'
  check "the application reads no accounts" refused denied client mysql-0 shotify 'SELECT * FROM mysql.user'
  check "the application makes no database" refused denied client mysql-0 shotify 'CREATE DATABASE other'
  check "the application sets nothing" refused denied client mysql-0 shotify 'SET GLOBAL super_read_only = ON'
  check "the application gives no rights on" refused denied client mysql-0 shotify 'GRANT SELECT ON shotify.* TO replication'
  check "replication reads no tables" refused denied client mysql-0 replication 'SELECT * FROM shotify.notes'
  check "backups and the exporter are refused from elsewhere" refused 'Access denied' client mysql-0 backup 'SELECT 1'
  check "the exporter reads no tables" refused denied local_client mysql-0 exporter 'SELECT * FROM shotify.notes'
  check "the exporter sees replication" silent local_client mysql-1 exporter 'SHOW REPLICA STATUS'
  check "backups read no tables by SQL" refused denied local_client mysql-0 backup 'SELECT * FROM shotify.notes'
  check "nobody is served without TLS" refused denied client mysql-0 shotify 'SELECT 1' --ssl-mode=DISABLED --get-server-public-key
  check "a replica takes no writes" refused 'read-only' client mysql-1 shotify "INSERT INTO shotify.notes (text) VALUES ('no')"
}

local_client() { # POD USER STATEMENTS
  # shellcheck disable=SC2031  # It takes the descriptor of a `read -u` for this.
  local login statements=$3
  login=$(printf '[client]\nuser=%s\npassword=%s\n' "$2" "$(<"$scratch/secrets/$2-password")")
  mysql --defaults-file=<(echo "$login") --socket="$scratch/pods/$1/run/mysqld.sock" --execute="$statements"
}

clones_are_given_to_our_own_only() {
  local to
  to=OPENSSL:$(address mysql-0):$clone_port,verify=0
  check "without a certificate there is no clone" is 0 count_bytes "$to"
  check "nor with one of another authority" is 0 count_bytes "$to,cert=$scratch/tls/other.crt,key=$scratch/tls/other.key"
}

count_bytes() { { timeout 20 socat -u "$1" - 2>/dev/null || true; } | wc -c; } # ADDRESS

readiness_tells_of_broken_replication() {
  check "a replica is ready" ready mysql-2
  root_sql mysql-2 "SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0; INSERT INTO shotify.notes (id, text) VALUES (1000, 'in the way'); SET GLOBAL super_read_only = ON"
  client mysql-0 shotify "INSERT INTO shotify.notes (id, text) VALUES (1000, 'of the primary')"
  check "one that cannot apply is not ready" eventually not ready mysql-2
  check "its keeper leaves the error to an operator" eventually logged mysql-2 'applying from mysql-0 failed'
  operate reclone mysql-2
  check "failover.sh reclone asks for a new pod" test -e "$scratch/pods/mysql-2/deleted"
  recreate_pod mysql-2
  check "it clones anew and replicates" eventually replicates_from mysql-2 mysql-0
  check "it has the primary's row" eventually finds mysql-2 'of the primary'
}

a_backup_is_kept_when_it_proved_good() {
  check "a backup is taken" in_pod mysql-1 backup.sh
  cp "$scratch/backups/new.part" "$scratch/whole"
  check "a server starts on it and finds it whole" in_pod mysql-1 verify.sh
  check "it is kept with its checksum and transactions" is 3 count_backups
  kept=$(checksum mysql-1)
  add mysql-0 "after the backup"
  head -c 300000 "$scratch/whole" >"$scratch/backups/new.part"
  check "half a backup cannot be unpacked" refused '' unpack_part
  rm -rf "$scratch/backups"/{new.part,check}
  check "and it is not copied elsewhere without a bucket, which is said" is_said 'BACKUP_BUCKET is not set' in_pod mysql-1 copy.sh
}

count_backups() { find "$scratch/backups" -name 'shotify-*' | wc -l; }
is_said() { [[ $("${@:2}" 2>&1) == *$1* ]]; } # TEXT COMMAND...
unpack_part() (
  # shellcheck source=/dev/null
  source "$scratch/pods/mysql-1/env"
  # shellcheck source=k8s/base/mysql/scripts/lib.sh
  source "$manifests/scripts/lib.sh"
  # shellcheck source=k8s/base/mysql/scripts/stream.sh
  source "$manifests/scripts/stream.sh"
  zstd -q -d -c "$scratch/backups/new.part" | unpack "$scratch/backups/check" && prepare "$scratch/backups/check"
)

the_primary_moves_as_planned() {
  check "failover.sh moves the primary" operate move mysql-1
  check "the new one writes" writes mysql-1
  check "its service finds it" eventually is primary role mysql-1
  check "the former one replicates from it" eventually replicates_from mysql-0 mysql-1
  check "so does the third" eventually replicates_from mysql-2 mysql-1
  check "a move to the primary is refused" refused 'is the primary' operate move mysql-1
  add mysql-1 'after the move'
  check "what is written reaches the former primary" eventually finds mysql-0 'after the move'
}

a_primary_that_is_cut_off_acknowledges_nothing() {
  stop_container mysql-1 keeper.sh
  rm "$scratch/pods/mysql-1/reachable"
  rm "$scratch/pods/mysql-2/reachable"
  check "with a replica unreachable as well it is refused" refused 'may be on them alone' operate move
  check "and the record stays" is mysql-1 record
  touch "$scratch/pods/mysql-2/reachable"
  check "the replicas go on meanwhile" eventually replicates_from mysql-0 mysql-1
  check "failover.sh promotes another" operate move
  new=$(record)
  check "that one writes" writes "$new"
  check "the one cut off thinks that it may still write" writes mysql-1
  check "and no write to it is ever answered" not add mysql-1 'never acknowledged'
  add "$new" 'after the cut'
  touch "$scratch/pods/mysql-1/reachable"
  start_container mysql-1 keeper.sh
  check "once it is back it is killed, for nothing else ends such a commit" eventually logged mysql-1 'killing the server'
  check "it starts read-only" eventually is 1 root_sql mysql-1 'SELECT @@GLOBAL.super_read_only'
  check "it says what nobody acknowledged" eventually logged mysql-1 'that nobody acknowledged'
  check "it is not ready" not ready mysql-1
  check "it is no replica to the services" eventually is '' role mysql-1
  operate reclone mysql-1
  recreate_pod mysql-1
  check "cloned anew it replicates" eventually replicates_from mysql-1 "$new"
  check "what was acknowledged is there" eventually finds mysql-1 'after the cut'
  check "what was not is gone" not finds mysql-1 'never acknowledged'
}

a_primary_is_killed() {
  local old=$new i
  for i in {1..20}; do add "$old" "row $i"; done
  kill_pod "$old"
  check "failover.sh promotes the one that has most" operate move
  new=$(record)
  check "it is another" test "$new" != "$old"
  check "every answered row is there" is 20 client "$new" shotify "SELECT COUNT(*) FROM shotify.notes WHERE text LIKE 'row %'"
  add "$new" 'after the kill'
  start_pod "$old"
  check "the killed one comes back as a replica" eventually replicates_from "$old" "$new"
  check "and takes no writes" refused 'read-only' add "$old" 'no'
  check "it has what it missed" eventually finds "$old" 'after the kill'
}

a_primary_restarts() {
  recreate_pod "$new"
  check "a primary that restarts without a failover writes again" eventually writes "$new"
  check "and answers" eventually add "$new" 'after the restart'
}

everything_is_lost_and_restored() {
  local pod
  for pod in mysql-0 mysql-1 mysql-2; do kill_pod "$pod"; done
  rm -rf "$scratch/pods/$new/root/data"
  check "a primary with an empty disk does not start" refused 'its disk is empty' in_pod "$new" data.sh
  check "a damaged backup is refused" damaged_is_refused
  check "the backup is restored" in_pod mysql-0 restore.sh
  check "the former data is kept beside" test -d "$scratch/pods/mysql-0/root/data.replaced"
  touch "$scratch"/pods/mysql-{1,2}/root/reclone
  set_record '"primary":"mysql-0"'
  start_pod mysql-0
  start_pod mysql-1
  start_pod mysql-2
  check "its server is the primary again" eventually writes mysql-0
  check "its data is that of the backup" is "$kept" checksum mysql-0
  add mysql-0 'after the restore'
  check "the others clone it" eventually replicates_from mysql-1 mysql-0
  check "with the same data" eventually finds mysql-2 'after the restore'
}

damaged_is_refused() {
  local file result=0
  file=$(find "$scratch/backups" -name '*.xb.zst')
  cp "$file" "$scratch/good"
  printf 'x' | dd of="$file" bs=1 seek=1000 conv=notrunc status=none
  refused 'is damaged' in_pod mysql-0 restore.sh || result=1
  mv "$scratch/good" "$file"
  return "$result"
}

passwords_rotate() {
  local next=0123456789abcdef0123456789abcdef
  check "a user gets a new password" in_pod mysql-0 rotate.sh shotify@% new <<<"$next"
  check "the former one is good until it is done" client mysql-0 shotify 'SELECT 1'
  check "then it is refused" in_pod mysql-0 rotate.sh shotify@% "done"
  check "by the server" refused 'Access denied' client mysql-0 shotify 'SELECT 1'
  printf '%s' "$next" >"$scratch/secrets/app-password"
  check "and the new one is taken, also by replicas" eventually client mysql-1 shotify 'SELECT 1'
  check "replication gets a new password" in_pod mysql-0 rotate.sh replication@% new <<<"$next"
  printf '%s' "$next" >"$scratch/secrets/replication-password"
  in_pod mysql-0 rotate.sh replication@% "done"
  root_sql mysql-1 'STOP REPLICA IO_THREAD; START REPLICA IO_THREAD'
  check "a replica that is refused with the former one takes it up" eventually logged mysql-1 'takes up a new password'
  check "and replicates" eventually replicates_from mysql-1 mysql-0
}

# As k8s/components/mysql-single has it.
a_single_server_needs_no_certificates() {
  local pod
  for pod in mysql-0 mysql-1 mysql-2; do kill_pod "$pod"; done
  rm -rf "$scratch/pods"/*
  set_record '"primary":null'
  make_pod mysql-0
  echo "export TLS=$scratch/none ACKNOWLEDGEMENTS=0" >>"$scratch/pods/mysql-0/env"
  start_pod mysql-0
  check "a single server opens without a replica" eventually writes mysql-0
  check "it is the primary to the services" eventually is primary role mysql-0
  check "it is spoken to by TLS" client mysql-0 shotify 'CREATE TABLE shotify.notes (id INT PRIMARY KEY)' --ssl-mode=REQUIRED --ssl-ca=
  check "and not without" refused denied client mysql-0 shotify 'SELECT 1' --ssl-mode=DISABLED --get-server-public-key
  check "it answers commits, with nobody to wait for" client mysql-0 shotify 'INSERT INTO shotify.notes VALUES (1)' --ssl-mode=REQUIRED --ssl-ca=
}

missing=()
for program in socat openssl jq zstd python3 curl; do have "$program" || missing+=("$program"); done
# The disk would be the slowest part of it.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ]; then export TMPDIR=/dev/shm; fi
trap clean_up EXIT
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! have apt-get; then
    say "not installed: ${missing[*]}. The scripts of MySQL's manifests are not tried"
    exit 0
  fi
  install_packages "${missing[@]}"
fi
trap 'exit 130' INT
trap 'exit 143' TERM
bring_mysqld || { say "the scripts of MySQL's manifests are not tried"; exit 0; }
make_world
say "MySQL: $(mysqld --version)"
kept='' new=''
a_cluster_starts_from_nothing
users_have_the_least_rights
clones_are_given_to_our_own_only
readiness_tells_of_broken_replication
a_backup_is_kept_when_it_proved_good
the_primary_moves_as_planned
a_primary_that_is_cut_off_acknowledges_nothing
a_primary_is_killed
a_primary_restarts
everything_is_lost_and_restored
passwords_rotate
a_single_server_needs_no_certificates
echo "$passed passed, 0 failed"

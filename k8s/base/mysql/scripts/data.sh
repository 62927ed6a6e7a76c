#!/usr/bin/env bash
# First init container: sees to it that a pod starts with the right data, or with none, which the next one then clones.
#
# Only the first pod of a record that was never written makes an empty database, and it alone can claim the record. A pod
# that the record calls the primary and that has lost its disk never starts: an empty primary would be the end of all data.
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

# Not in the binary log: replicas get the users with the clone. Nobody but root, who is local, may do everything.
users() {
  local app=${APP_USER:-shotify} database=${APP_DATABASE:-shotify}
  cat <<SQL
SET sql_log_bin = 0;
ALTER USER root@localhost IDENTIFIED BY '$(password root)';
CREATE DATABASE \`$database\` CHARACTER SET utf8mb4;
CREATE USER '$app'@'%' IDENTIFIED BY '$(password app)' REQUIRE SSL;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON \`$database\`.* TO '$app'@'%';
CREATE USER 'replication'@'%' IDENTIFIED BY '$(password replication)' REQUIRE SSL;
GRANT REPLICATION SLAVE ON *.* TO 'replication'@'%';
CREATE USER 'backup'@'localhost' IDENTIFIED BY '$(password backup)';
GRANT BACKUP_ADMIN, PROCESS, RELOAD, LOCK TABLES, REPLICATION CLIENT ON *.* TO 'backup'@'localhost';
GRANT SELECT ON performance_schema.log_status TO 'backup'@'localhost';
GRANT SELECT ON performance_schema.keyring_component_status TO 'backup'@'localhost';
GRANT SELECT ON performance_schema.replication_group_members TO 'backup'@'localhost';
CREATE USER 'exporter'@'localhost' IDENTIFIED BY '$(password exporter)' WITH MAX_USER_CONNECTIONS 5;
GRANT PROCESS, REPLICATION CLIENT ON *.* TO 'exporter'@'localhost';
GRANT SELECT ON performance_schema.* TO 'exporter'@'localhost';
SQL
}

# A database without a password answers on a socket in a directory that nobody else has.
initialise() {
  local private statements server
  say "the record is empty: making an empty database"
  statements=$(users)
  private=$(mktemp -d)
  rm -rf -- "$incoming"
  mysqld --defaults-file="$config" --datadir="$incoming" --initialize-insecure --super-read-only=OFF
  mysqld --defaults-file="$config" --datadir="$incoming" --super-read-only=OFF --skip-networking --skip-log-bin \
    --socket="$private/s" --pid-file="$private/pid" &
  server=$!
  until_answers "$private/s" "$server"
  mysql --no-defaults --user=root --socket="$private/s" <<<"$statements"
  kill "$server"
  wait "$server"
  rm -rf -- "$private"
  touch "$root/unclaimed"
  mv "$incoming" "$data"
}

until_answers() { # SOCKET PROCESS
  local deadline=$((SECONDS + 120))
  until mysqladmin --no-defaults --user=root --socket="$1" ping >/dev/null 2>&1; do
    if ! kill -0 "$2" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then fail "the new database does not start, see above"; fi
    sleep 0.2
  done
}

claim() {
  claim_record || fail "the record could not be claimed"
  rm -f "$root/unclaimed"
  primary=$POD_NAME
  say "$POD_NAME is the primary now"
}

# An operator asked for it (failover.sh reclone), or this database was made and never used.
discard() {
  names_another || fail "the data is not discarded: the record names '$primary', there is nobody else to clone from"
  say "discarding the data, to be cloned anew"
  rm -rf -- "$data" "$root/reclone" "$root/unclaimed"
}

until read_record; do
  say_once "the config map mysql-primary cannot be read"
  sleep 2
done
[ ! -e "$root/reclone" ] || discard
if [ -e "$root/unclaimed" ] && names_another; then discard; fi
if [ ! -d "$data" ]; then
  case $primary,$POD_NAME in
    ,*-0) initialise ;;
    "$POD_NAME",*) fail "the record calls $POD_NAME the primary, and its disk is empty: fail over to another, or restore a backup" ;;
    *) say "no data yet: to be cloned"; exit 0 ;;
  esac
fi
if [ -e "$root/unclaimed" ] && [ -z "$primary" ]; then claim; fi
# A claim that was made while its answer got lost.
if [ "$primary" = "$POD_NAME" ]; then rm -f "$root/unclaimed"; fi

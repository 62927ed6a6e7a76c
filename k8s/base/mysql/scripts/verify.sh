#!/usr/bin/env bash
# Second step of the backup: starts a server on what was restored from it, checks every table, and only then keeps it.
# Of the kept ones the newest KEEP stay.
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

readonly backups=${BACKUPS:-/backups}
readonly check=$backups/check database=${APP_DATABASE:-shotify}

private=$(mktemp -d)
on_copy() { "$1" --no-defaults --user=root --socket="$private/s" "${@:2}"; }

start() {
  local deadline=$((SECONDS + 600))
  mysqld --defaults-file="$config" --datadir="$check" --socket="$private/s" --pid-file="$private/pid" \
    --skip-grant-tables --skip-networking --skip-log-bin &
  server=$!
  until on_copy mysqladmin ping >/dev/null 2>&1; do
    if ! kill -0 "$server" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then fail "no server starts on the backup"; fi
    sleep 0.2
  done
}

count_tables() {
  on_copy mysql --batch --skip-column-names \
    --execute="SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$database'"
}

keep() {
  local name
  name=$(<"$backups/new.name")
  (cd "$backups" && sha256sum <new.part | sed "s/-\$/$name.xb.zst/" >"$name.sha256")
  mv "$backups/new.transactions" "$backups/$name.transactions"
  # Last: what has this name is whole.
  mv "$backups/new.part" "$backups/$name.xb.zst"
  say "kept as $name.xb.zst, $tables tables"
}

prune() {
  local old
  find "$backups" -maxdepth 1 -name 'shotify-*.xb.zst' | sort -r | tail -n "+$((${KEEP:-14} + 1))" | while read -r old; do
    say "removing ${old##*/}"
    rm -f -- "$old" "${old%.xb.zst}.sha256" "${old%.xb.zst}.transactions"
  done
}

start
tables=$(count_tables)
[ "$tables" -gt 0 ] || fail "the backup holds no table of $database"
on_copy mysqlcheck --check --extended --databases "$database" >"$private/report" || fail "mysqlcheck could not look at the backup"
# mysqlcheck ends with 0 whatever it finds.
if grep -vE '[[:space:]]OK$' "$private/report" >&2; then fail "tables of the backup are damaged, see above"; fi
kill "$server"
wait "$server"
rm -rf -- "$check" "$private"
keep
prune

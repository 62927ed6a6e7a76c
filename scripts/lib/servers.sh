# shellcheck shell=bash
# Servers for the tests, here MySQL and Redis (the emulator of Google Cloud Storage is in gcs.sh): given ones, else this machine's, else freshly installed ones.

# A slow disk may need most of it for a first start.
readonly seconds_to_start=60

bring_servers() {
  local missing=()
  if [ -z "${TEST_MYSQL_URL:-}" ]; then find_program mariadbd mysqld >/dev/null || missing+=(mariadb-server); fi
  if [ -z "${TEST_REDIS_URL:-}" ]; then find_program redis-server >/dev/null || missing+=(redis-server); fi
  mapfile -t -O "${#missing[@]}" missing < <(gcs_needs)
  [ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
  if [ -n "${TEST_MYSQL_URL:-}" ]; then given_mysql; else start_mysql; fi
  if [ -n "${TEST_REDIS_URL:-}" ]; then given_redis; else start_redis; fi
  export TEST_MYSQL_URL TEST_REDIS_URL
  bring_gcs
}

given_mysql() {
  local login host port version
  split_url "$TEST_MYSQL_URL" 3306 || fail "TEST_MYSQL_URL is not a URL like mysql://user:password@host:port/"
  version=$(mysql_version "$host" "$port") || fail "TEST_MYSQL_URL: no MySQL answers on $host:$port"
  say "MySQL: $version on $host:$port (TEST_MYSQL_URL)"
}

given_redis() {
  local login host port version
  split_url "$TEST_REDIS_URL" 6379 || fail "TEST_REDIS_URL is not a URL like redis://:password@host:port/"
  if [[ $TEST_REDIS_URL == rediss:* ]]; then
    version="over TLS"
  else
    version=$(redis_version "$host" "$port" "$login") || fail "TEST_REDIS_URL: no Redis answers on $host:$port"
  fi
  say "Redis: $version on $host:$port (TEST_REDIS_URL)"
}

# Sets version once PROBE answers. Fails when the server ends before, e.g. because another took its port.
await() { # GROUP PROBE ARGUMENT...
  local group=$1 deadline=$((SECONDS + seconds_to_start))
  shift
  until version=$("$@"); do
    alive "$group" && [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
  alive "$group"
}

# Tries STARTER on a few ports: between finding a free one and listening on it somebody else may take it.
on_free_port() { # NAME LOG STARTER PROBE ARGUMENT-AFTER-PORT...
  local name=$1 log=$2 starter=$3 probe=$4
  shift 4
  for _ in 1 2 3; do
    port=$(free_port)
    "$starter" "$port" >>"$log" 2>&1
    if await "$!" "$probe" 127.0.0.1 "$port" "$@"; then return; fi
    stop_group "${groups[-1]}"
    unset 'groups[-1]'
  done
  tail -n 30 "$log" >&2
  fail "$name did not start; the end of its log is above"
}

make_scratch() { [ -n "$scratch" ] || scratch=$(mktemp -d "${TMPDIR:-/tmp}/shotify-test.XXXXXX"); }

start_mysql() {
  local program port version as_user=()
  program=$(find_program mariadbd mysqld)
  make_scratch
  # Both refuse to run as root unless it is said.
  [ "$(id -u)" != 0 ] || as_user=(--user=root)
  # MySQL knows root@localhost only, which an address is not where names are not resolved.
  cat >"$scratch/mysql.sql" <<'SQL'
CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
SQL
  run make_mysql_data >"$scratch/mysql.log" 2>&1 || {
    tail -n 30 "$scratch/mysql.log" >&2
    fail "$program could not make its data directory; the end of its log is above"
  }
  on_free_port "${program##*/}" "$scratch/mysql.log" launch_mysql mysql_version
  TEST_MYSQL_URL=mysql://root@127.0.0.1:$port/
  say "MySQL: ${program##*/} $version on 127.0.0.1:$port"
}

make_mysql_data() {
  local common=(--no-defaults --datadir="$scratch/mysql" "${as_user[@]}")
  if [[ $("$program" --version) == *MariaDB* ]]; then
    local install
    install=$(find_program mariadb-install-db mysql_install_db) || fail "mariadb-install-db is missing"
    "$install" "${common[@]}" --auth-root-authentication-method=normal --skip-test-db
  else
    "$program" "${common[@]}" --secure-file-priv="$scratch" --initialize-insecure
  fi
}

# Nothing is synced to the disk: the data does not outlive the tests. The socket's path is relative to the data
# directory, because the path of a socket must be short. The packages' own directory for imports need not exist nor be
# open to us. `loose` is for options that only one of the two knows.
launch_mysql() { # PORT
  start_group "$program" --no-defaults "${as_user[@]}" --datadir="$scratch/mysql" --init-file="$scratch/mysql.sql" \
    --bind-address=127.0.0.1 --port="$1" --skip-networking=OFF --skip-name-resolve --socket=s.sock --pid-file=pid \
    --tmpdir="$scratch" --secure-file-priv="$scratch" --max-connections=400 --skip-log-bin --performance-schema=OFF \
    --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=OFF \
    --innodb-flush-method=nosync --innodb-use-native-aio=OFF --loose-mysqlx=OFF
}

start_redis() {
  local program port version
  program=$(find_program redis-server)
  make_scratch
  mkdir -p "$scratch/redis"
  on_free_port redis-server "$scratch/redis.log" launch_redis redis_version ""
  TEST_REDIS_URL=redis://127.0.0.1:$port/
  say "Redis: redis-server $version on 127.0.0.1:$port"
}

launch_redis() { # PORT
  start_group "$program" --bind 127.0.0.1 --port "$1" --dir "$scratch/redis" --save '' --appendonly no --daemonize no
}

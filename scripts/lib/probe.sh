# shellcheck shell=bash
# Asking servers who they are over bash's own TCP, so that no client program is needed.

# Sets host, port and login (user:password, or nothing) from a URL. A password is never printed.
split_url() { # URL DEFAULT_PORT
  [[ $1 =~ ^[a-z]+://(([^/]*)@)?(\[[^]]+\]|[^]:/?[]+)(:([0-9]+))? ]] || return 1
  login=${BASH_REMATCH[2]} host=${BASH_REMATCH[3]} port=${BASH_REMATCH[5]:-$2}
  host=${host#[} host=${host%]}
}

# The version a MySQL server greets with; fails where none greets (yet). The greeting is: three bytes of length, a
# sequence number of 0, the protocol's 10 (a line feed), and the version up to a NUL.
mysql_version() ( # HOST PORT
  export LC_ALL=C
  exec 3<>"/dev/tcp/$1/$2" || exit 1
  for _ in 1 2 3 4; do IFS= read -r -d '' -t 2 -u 3 part || exit 1; done
  [[ $part == $'\n'* ]] || exit 1
  part=${part#$'\n'}
  # MariaDB puts this in front for old replicas.
  printf '%s\n' "${part#5.5.5-}"
) 2>/dev/null

# The version of a Redis server; fails where none answers (yet).
redis_version() ( # HOST PORT LOGIN
  exec 3<>"/dev/tcp/$1/$2" || exit 1
  if [ -n "$3" ]; then
    user=${3%%:*}
    printf 'AUTH %s %s\r\n' "${user:-default}" "${3#*:}" >&3
  fi
  printf 'INFO server\r\n' >&3
  while IFS= read -r -t 2 -u 3 line; do
    case $line in
      redis_version:*) line=${line#redis_version:}; printf '%s\n' "${line%$'\r'}"; exit 0 ;;
      -LOADING*) exit 1 ;;
      -*) printf 'of unknown version\n'; exit 0 ;;
    esac
  done
  exit 1
) 2>/dev/null

# What an emulator of Google Cloud Storage is; fails where none answers (yet).
gcs_version() ( # HOST PORT
  exec 3<>"/dev/tcp/$1/$2" || exit 1
  printf 'GET /storage/v1/b?project=test HTTP/1.0\r\nHost: %s:%s\r\n\r\n' "$1" "$2" >&3
  IFS= read -r -t 2 -u 3 line || exit 1
  [[ $line == HTTP/1.?' 200 '* ]] || exit 1
  printf 'an emulator\n'
) 2>/dev/null

# A port nobody listens on, below the range that outgoing connections take theirs from.
free_port() {
  local candidate
  for _ in {1..100}; do
    candidate=$((15000 + RANDOM % 17000))
    (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || { echo "$candidate"; return; }
  done
  fail "no free port on 127.0.0.1"
}

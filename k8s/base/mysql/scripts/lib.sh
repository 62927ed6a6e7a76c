#!/usr/bin/env bash
# What the scripts of MySQL's pods share: where things are, SQL, the record of who is the primary. Sourced, never run.
#
# The record is the config map `mysql-primary`. `primary` is the name of the pod that may write, `none` while nobody may, and
# empty before the very first start. `acknowledgements` overrides how many replicas must have a transaction before its
# client is told. The manifests create the config map without data, so that applying them again changes neither.
# shellcheck disable=SC2034  # Its variables are for the scripts that source it.
set -euo pipefail
shopt -s inherit_errexit

readonly root=${ROOT:-/var/lib/mysql}
readonly data=$root/data
readonly incoming=$root/data.incoming
readonly run=${RUN:-/run/mysqld}
readonly secrets=${SECRETS:-/etc/mysql-secrets}
readonly tls=${TLS:-/etc/mysql-tls}
readonly config=${CONFIG:-/etc/mysql-config/my.cnf}
readonly socket=$run/mysqld.sock
readonly port=${PORT:-3306}
readonly clone_port=${CLONE_PORT:-3307}
# The address of a pod by its ordinal, and of all ready replicas together.
readonly peers=${PEERS:-mysql-%s.mysql-headless}
readonly read_host=${READ_HOST:-mysql-read}

say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }
fail() { say "$*"; exit 1; }

# For loops: the same sentence is said once, until another is said.
last_said=
say_once() {
  [ "$1" != "$last_said" ] || return 0
  last_said=$1
  say "$1"
}

host_of() { # POD
  # shellcheck disable=SC2059  # The pattern is a setting.
  printf "$peers\n" "${1##*-}"
}

# A single server on one's own machine does without certificates of cert-manager: it makes its own, and gives no clones.
has_certificate() { [ -e "$tls/tls.crt" ]; }

# A password may stand between quotes of SQL and of option files without ever ending them.
password() { # NAME
  local value
  value=$(<"$secrets/$1-password") || return 1
  [[ $value =~ ^[A-Za-z0-9_.~+/=-]{16,}$ ]] || fail "the secret mysql: $1-password needs 16 characters or more of A-Z a-z 0-9 _.~+/=-"
  printf '%s\n' "$value"
}

# Option files hold what must not be seen in the list of processes.
login() { # USER SECRET
  local value
  value=$(password "$2") || return 1
  printf '[client]\nuser=%s\npassword="%s"\n' "$1" "$value"
}

# Statements on the server of this pod, as root by default: rows of tab-separated values.
sql() { sql_as root root "$@"; }

sql_as() { # USER SECRET STATEMENTS [OPTION...]
  local statements=$3
  timeout "${SQL_TIMEOUT:-10}" mysql --defaults-file=<(login "$1" "$2") --socket="$socket" --connect-timeout=3 \
    --batch --skip-column-names "${@:4}" --execute="$statements"
}

# Another server's transactions, asked with no rights but those of a replica.
executed_on() { # POD
  timeout 10 mysql --defaults-file=<(login replication replication) --host="$(host_of "$1")" --port="$port" \
    --protocol=TCP --ssl-mode=VERIFY_IDENTITY --ssl-ca="$tls/ca.crt" --connect-timeout=3 --batch --skip-column-names \
    --execute='SELECT REPLACE(@@GLOBAL.gtid_executed, "\n", "")'
}

# A call of the Kubernetes API with the pod's own account; a time-out, no retry: all callers are loops.
api() { # METHOD PATH [BODY]
  local files=${API_FILES:-/var/run/secrets/kubernetes.io/serviceaccount}
  local namespace=${POD_NAMESPACE:?}
  local body=()
  [ "$#" -lt 3 ] || body=(--header 'Content-Type: application/merge-patch+json' --data "$3")
  curl --silent --show-error --fail --max-time 5 --cacert "$files/ca.crt" --request "$1" "${body[@]}" \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$(<"$files/token")") \
    "${API:-https://kubernetes.default.svc}/api/v1/namespaces/$namespace/$2"
}

# Sets primary, acknowledgements and version from the record, as the API server has it now and no cache had it before.
read_record() {
  local json
  json=$(api GET configmaps/mysql-primary) || return 1
  primary='' acknowledgements=${ACKNOWLEDGEMENTS:-1} version=''
  if [[ $json =~ \"primary\":[[:space:]]*\"([a-z0-9-]*)\" ]]; then primary=${BASH_REMATCH[1]}; fi
  if [[ $json =~ \"acknowledgements\":[[:space:]]*\"([0-9]+)\" ]]; then acknowledgements=${BASH_REMATCH[1]}; fi
  if [[ $json =~ \"resourceVersion\":[[:space:]]*\"([0-9]+)\" ]]; then version=${BASH_REMATCH[1]}; fi
}

names_another() { [ -n "$primary" ] && [ "$primary" != none ] && [ "$primary" != "$POD_NAME" ]; }

# Succeeds for one pod at most: the API server refuses a record that changed since it was read.
claim_record() {
  api PATCH configmaps/mysql-primary \
    "{\"metadata\":{\"resourceVersion\":\"$version\"},\"data\":{\"primary\":\"$POD_NAME\"}}" >/dev/null
}

# The services select by this label.
label_pod() { # ROLE, or nothing for none
  local role=null
  [ -z "$1" ] || role="\"$1\""
  api PATCH "pods/$POD_NAME" "{\"metadata\":{\"labels\":{\"mysql.shotify.com/role\":$role}}}" >/dev/null
}

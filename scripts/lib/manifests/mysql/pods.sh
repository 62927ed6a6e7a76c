# shellcheck shell=bash
# Pods without Kubernetes: each a folder, an address of its own on loopback and the processes of its containers, which run the
# manifests' scripts as they are. Sourced by ../mysql.sh.
# shellcheck disable=SC2154  # run.sh and mysqld.sh set what is used.

readonly manifests=$PWD/k8s/base/mysql
readonly stand_ins=$PWD/scripts/lib/manifests/mysql
# Far more than is needed, for machines that do much else.
readonly ready_within=180
declare -A pod_group=()

address() { echo "127.77.7.1${1##*-}"; } # POD

make_world() {
  make_scratch
  port=$(free_port) clone_port=$(free_port) api_port=$(free_port)
  mkdir -p "$scratch"/{bin,secrets,tls,api,backups}
  local name
  for name in root app replication backup exporter; do
    (umask 077 && od -An -N 16 -v -tx1 /dev/urandom | tr -d ' \n' >"$scratch/secrets/$name-password")
  done
  od -An -N 16 -v -tx1 /dev/urandom | tr -d ' \n' >"$scratch/api/token"
  make_certificates >"$scratch/openssl.log" 2>&1 || fail "openssl: $(<"$scratch/openssl.log")"
  wrap_mysqld
  if xtrabackup --version 2>&1 | grep -q 'version 8\.4'; then
    say "XtraBackup: $(command -v xtrabackup)"
  else
    say "Percona XtraBackup is not installed: CLONE LOCAL and tar stand in for xtrabackup and xbstream, which are not tried here"
    cp "$stand_ins"/{xtrabackup,xbstream} "$scratch/bin/"
  fi
  export API=http://127.0.0.1:$api_port PODS=$scratch/pods SCRIPTS=$manifests/scripts
  start_group python3 "$stand_ins/api.py" "$api_port" "$scratch/api/token" 2>"$scratch/api/log"
  eventually api_get configmaps/mysql-primary >/dev/null || fail "the stand-in of Kubernetes' API does not start"
}

make_certificates() (
  cd "$scratch/tls" || exit 1
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mysql-ca -keyout ca.key -out ca.crt
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=mysql -keyout tls.key -out tls.csr
  openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out tls.crt \
    -extfile <(echo "subjectAltName=DNS:mysql,IP:127.77.7.10,IP:127.77.7.11,IP:127.77.7.12")
  # Of somebody else's authority.
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mysql -keyout other.key -out other.crt
)

# Less memory, nothing synced: the data does not outlive the check. The clone plugin is for the stand-in.
wrap_mysqld() {
  local options=("${mysql_options[@]}" --loose-plugin-load-add=mysql_clone.so --innodb-buffer-pool-size=64M
    --innodb-redo-log-capacity=16M --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --sync-relay-log=0
    --innodb-doublewrite=OFF --innodb-flush-method=nosync --innodb-use-native-aio=OFF)
  printf '#!/usr/bin/env bash\nexec %q "$@" %s\n' "$mysql_bin/mysqld" "${options[*]}" >"$scratch/bin/mysqld"
  chmod +x "$scratch/bin/mysqld"
  PATH=$scratch/bin:$mysql_bin:$PATH
}

make_pod() { # POD
  local folder=$scratch/pods/$1
  mkdir -p "$folder"/{root,run,tmp}
  cat >"$folder/env" <<E
export POD_NAME=$1 POD_NAMESPACE=shotify ROOT=$folder/root RUN=$folder/run TMPDIR=$folder/tmp INTERVAL=0.3
export SECRETS=$scratch/secrets TLS=$scratch/tls CONFIG=$manifests/my.cnf API_FILES=$scratch/api BACKUPS=$scratch/backups
export PORT=$port CLONE_PORT=$clone_port CLONE_BIND=$(address "$1") PEERS=127.77.7.1%s CLONE_PAUSE=0.5
export READ_HOST=$(address mysql-1) PRIMARY_HOST=$(address mysql-0) MYSQLD_OPTIONS=--bind-address=$(address "$1")
E
}

in_pod() ( become "$@" ) # POD SCRIPT [ARGUMENT...]

# The process itself becomes the script, so that signals reach it.
become() { # POD SCRIPT [ARGUMENT...]
  # shellcheck source=/dev/null
  source "$scratch/pods/$1/env"
  exec bash "$manifests/scripts/$2" "${@:3}"
}

# The init containers, then the others, each started again whenever it ends, as kubelet does.
run_pod() { # POD
  set +m
  in_pod "$1" data.sh
  in_pod "$1" clone.sh
  contain "$1" start.sh &
  contain "$1" clones.sh &
  contain "$1" keeper.sh &
  wait
}

contain() { # POD SCRIPT
  local container=$scratch/pods/$1/$2
  while true; do
    while [ -e "$container.off" ]; do sleep 0.1; done
    become "$1" "$2" &
    echo "$!" >"$container.pid"
    wait "$!" || true
  done
}

stop_container() { # POD SCRIPT
  touch "$scratch/pods/$1/$2.off"
  kill "$(<"$scratch/pods/$1/$2.pid")"
  # Its last turn ends first.
  eventually not kill -0 "$(<"$scratch/pods/$1/$2.pid")"
}

start_container() { rm -f "$scratch/pods/$1/$2.off"; } # POD SCRIPT

start_pod() { # POD
  [ -d "$scratch/pods/$1" ] || make_pod "$1"
  start_group run_pod "$1" >>"$scratch/pods/$1/log" 2>&1
  pod_group[$1]=$!
  touch "$scratch/pods/$1/reachable"
}

# As when its node loses power.
kill_pod() { # POD
  rm -f "$scratch/pods/$1/reachable"
  kill -KILL -- "-${pod_group[$1]}" 2>/dev/null || true
  wait "${pod_group[$1]}" 2>/dev/null || true
}

# As kubelet does for a pod that was deleted: it ends, and starts with the same disk.
recreate_pod() { # POD
  kill_pod "$1"
  rm -f "$scratch/pods/$1/deleted"
  start_pod "$1"
}

api_get() { curl --silent --fail --header "Authorization: Bearer $(<"$scratch/api/token")" "$API/api/v1/namespaces/shotify/$1"; }
record() { api_get configmaps/mysql-primary | jq -r '.data.primary // ""'; }
role() { api_get "pods/$1" | jq -r '.metadata.labels["mysql.shotify.com/role"] // ""'; } # POD
set_record() { "$stand_ins/kubectl" --namespace shotify patch configmap mysql-primary --type merge --patch "{\"data\":{$1}}"; } # KEYS
operate() { NAMESPACE=shotify FENCE_PATIENCE=4 PATH="$stand_ins:$PATH" bash "$manifests/scripts/failover.sh" "$@"; }

eventually() { # COMMAND...
  local deadline=$((SECONDS + ready_within))
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
} 2>/dev/null

root_sql() { in_pod "$1" sql.sh "${@:2}"; } # POD STATEMENTS

# A client over TLS that checks whom it talks to; the secret's name is the user's, but for the application.
client() { # POD USER STATEMENTS [OPTION...]
  local secret=$2
  [ "$secret" != shotify ] || secret=app
  timeout 10 mysql --defaults-file=<(printf '[client]\nuser=%s\npassword=%s\n' "$2" "$(<"$scratch/secrets/$secret-password")") \
    --protocol=TCP --host="$(address "$1")" --port="$port" --ssl-mode=VERIFY_IDENTITY --ssl-ca="$scratch/tls/ca.crt" \
    --batch --skip-column-names "${@:4}" --execute="$3"
}

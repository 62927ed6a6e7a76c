#!/usr/bin/env bash
# XtraBackup's sidecar: streams a clone of this server to each who connects with a certificate of MySQL's own authority.
#
#   clones.sh        listens, and starts anew when cert-manager has renewed the certificate
#   clones.sh send   one stream, to standard output
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

send() {
  local scratch status=0
  scratch=$(mktemp -d)
  # A file, not a pipe: xtrabackup reads it more than once, and not everything of it from the group [client].
  (umask 077 && for group in client xtrabackup; do login backup backup | sed "s/^.client.$/[$group]/"; done >"$scratch/login.cnf")
  say "a clone is asked for"
  xtrabackup --defaults-file="$scratch/login.cnf" --backup --stream=xbstream --socket="$socket" --datadir="$data" \
    --target-dir="$scratch/backup" || status=$?
  rm -rf -- "$scratch"
  say "the clone ended with $status"
  return "$status"
}

listen() {
  exec socat -U "OPENSSL-LISTEN:$clone_port,${CLONE_BIND:+bind=$CLONE_BIND,}reuseaddr,fork,max-children=3,cert=$tls/tls.crt,key=$tls/tls.key,cafile=$tls/ca.crt,verify=1" \
    EXEC:"bash ${BASH_SOURCE[0]} send"
}

fingerprint() { sha256sum "$tls/tls.crt" 2>/dev/null || echo none; }

# Where there is no certificate nobody is listened to.
wait_for_certificate() { until has_certificate; do pause; done; }

# The time of this file is the container's sign of life.
pause() {
  touch "$run/clones"
  sleep "${INTERVAL:-2}" &
  wait "$!"
}

serve() {
  local known listener=
  trap '[ -z "$listener" ] || kill "$listener"; exit 0' TERM INT
  while true; do
    wait_for_certificate
    known=$(fingerprint)
    listen &
    listener=$!
    while kill -0 "$listener" 2>/dev/null && [ "$(fingerprint)" = "$known" ]; do pause; done
    # Streams that are under way are children of the listener, and go on.
    kill "$listener" 2>/dev/null || true
    wait "$listener" || true
    say "listening anew"
  done
}

case ${1:-} in
  send) send ;;
  '') serve ;;
  *) fail "usage: clones.sh [send]" ;;
esac

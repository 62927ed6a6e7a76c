#!/usr/bin/env bash
# Third step of the backup: copies the newest one out of the cluster, to the bucket BACKUP_BUCKET, by the pod's own account (workload
# identity). Says so where no bucket is set. The bucket's own rules should keep what is there from being deleted or overwritten.
set -euo pipefail
readonly backups=${BACKUPS:-/backups} endpoint=${GCS_ENDPOINT:-https://storage.googleapis.com}
readonly metadata=${METADATA_SERVER:-http://metadata.google.internal}

say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }
fail() { say "$*"; exit 1; }

token() {
  curl --silent --show-error --fail --max-time 10 --retry 3 --header 'Metadata-Flavor: Google' \
    "$metadata/computeMetadata/v1/instance/service-accounts/default/token" | jq -er .access_token
}

upload() { # FILE
  local token answer
  token=$(token) || fail "the pod's account gives no token"
  answer=$(curl --silent --show-error --fail --max-time 3000 --upload-file "$1" --request POST \
    --header 'Content-Type: application/octet-stream' \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$token") \
    "$endpoint/upload/storage/v1/b/$BACKUP_BUCKET/o?uploadType=media&name=mysql/${1##*/}") || fail "${1##*/} could not be stored"
  [ "$(jq -er .md5Hash <<<"$answer" | base64 -d | od -An -v -tx1 | tr -d ' \n')" = "$(md5sum <"$1" | cut -d' ' -f1)" ] ||
    fail "the bucket has something else than what ${1##*/} holds"
  say "copied ${1##*/} to $BACKUP_BUCKET"
}

if [ -z "${BACKUP_BUCKET:-}" ]; then
  say "BACKUP_BUCKET is not set: the backup stays in the cluster alone"
  exit
fi
newest=$(find "$backups" -maxdepth 1 -name 'shotify-*.xb.zst' | sort | tail -n 1)
[ -n "$newest" ] || fail "there is no backup in $backups"
upload "$newest"
upload "${newest%.xb.zst}.sha256"
upload "${newest%.xb.zst}.transactions"

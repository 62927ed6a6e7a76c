#!/usr/bin/env bash
# First step of the backup: stores a server's stream, reads back what was stored and prepares it, for verify.sh to start.
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=k8s/base/mysql/scripts/stream.sh
source "${BASH_SOURCE[0]%/*}/stream.sh"

readonly backups=${BACKUPS:-/backups}
readonly part=$backups/new.part check=$backups/check

take() {
  local donor
  for donor in "$read_host" "${PRIMARY_HOST:-mysql}"; do
    say "asking $donor"
    if receive "$donor" | zstd -q -f -o "$part"; then return; fi
  done
  fail "no server gave a backup"
}

# What an earlier run left, when it broke off.
rm -rf -- "$backups"/new.* "$check"
take
zstd -q -d -c "$part" | unpack "$check" || fail "what was stored cannot be read back"
prepare "$check" || fail "what was stored cannot be prepared"
# Not verified, so not kept under this name yet; verify.sh does that.
transactions_of "$check" >"$backups/new.transactions"
date -u +shotify-%Y%m%dT%H%M%SZ >"$backups/new.name"
say "$(wc -c <"$part") bytes are stored"

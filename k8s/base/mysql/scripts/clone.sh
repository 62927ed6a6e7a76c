#!/usr/bin/env bash
# Second init container: clones a server into a pod without data, by XtraBackup's stream over mutual TLS.
#
# From a ready replica where there is one, else from the primary. What was received is prepared beside the data's place and moved
# there at last, so that a clone that broke off never passes for a database.
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=k8s/base/mysql/scripts/stream.sh
source "${BASH_SOURCE[0]%/*}/stream.sh"

attempt() {
  local donor
  read_record || { say "the config map mysql-primary cannot be read"; return 1; }
  names_another || { say "the record names '$primary': nobody to clone from yet"; return 1; }
  for donor in "$read_host" "$(host_of "$primary")"; do
    if receive "$donor" | unpack "$incoming" && prepare "$incoming"; then
      mv "$incoming" "$data"
      say "cloned from $donor"
      return
    fi
    say "no clone from $donor"
  done
  return 1
}

[ ! -d "$data" ] || exit 0
for ((tries = 0; tries < ${CLONE_TRIES:-120}; tries++)); do
  if attempt; then exit; fi
  sleep "${CLONE_PAUSE:-5}"
done
fail "nothing could be cloned"

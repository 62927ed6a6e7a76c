#!/usr/bin/env bash
# Puts a backup in the place of a pod's data, while the pod does not run: the newest one, or the file RESTORE of the backups' folder.
# The former data stays beside it as data.replaced, to be removed by hand.
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=k8s/base/mysql/scripts/stream.sh
source "${BASH_SOURCE[0]%/*}/stream.sh"

readonly backups=${BACKUPS:-/backups}
file=${RESTORE:-}
[ -n "$file" ] || file=$(cd "$backups" && find . -maxdepth 1 -name 'shotify-*.xb.zst' -printf '%f\n' | sort | tail -n 1)
[[ $file =~ ^shotify-[0-9TZ]+\.xb\.zst$ ]] || fail "no backup: '$file'"
[ ! -e "$root/data.replaced" ] || fail "data.replaced is there from an earlier restore: remove it first"
(cd "$backups" && sha256sum --check --quiet "${file%.xb.zst}.sha256") || fail "$file is damaged"

say "restoring $file"
zstd -q -d -c "$backups/$file" | unpack "$incoming" || fail "$file cannot be read"
prepare "$incoming" || fail "$file cannot be prepared"
if [ -e "$data" ]; then mv "$data" "$root/data.replaced"; fi
rm -f -- "$root/reclone" "$root/unclaimed"
mv "$incoming" "$data"
say "restored, with the transactions '$(transactions_of "$data")'"

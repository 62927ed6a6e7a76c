#!/usr/bin/env bash
# Whether what a running server exports is as Prometheus wants it, and which names there are for dashboards and alerts.
#
#   scripts/lib/manifests/metrics.sh
#
# Starts target/debug/shotify (builds it where it is not there) on free ports with data that is thrown away, has `promtool
# check metrics` read what it exports, and writes the names of docs/metrics.md, with the three of each histogram, one a line
# to target/metrics-names.txt. A name that is exported and not in that list is an error. promtool comes with Debian's
# package `prometheus`; without it only the names are checked, and a sentence says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
export LC_ALL=C

names=target/metrics-names.txt
server='' scratch=$(mktemp -d)
clean_up() {
  if [ -n "$server" ]; then
    kill "$server" || true
    wait "$server" || true
  fi
  rm -rf -- "$scratch"
}
trap clean_up EXIT

[ -x target/debug/shotify ] || cargo build --locked
env -i PATH="$PATH" DATA_DIR="$scratch/data" HTTP_ADDR=127.0.0.1:0 METRICS_ADDR=127.0.0.1:0 LOG_FORMAT=json \
  target/debug/shotify serve 2>"$scratch/log" &
server=$!

# The address under a name in the log's first line, as soon as it is there.
address() { # NAME
  local line=
  for _ in {1..300}; do
    line=$(grep -m 1 '"listening"' "$scratch/log" || true)
    if [ -n "$line" ]; then
      sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$line"
      return
    fi
    kill -0 "$server" || break
    sleep 0.1
  done
  cat "$scratch/log" >&2
  return 1
}

http=$(address http) metrics=$(address metrics)
curl -sS --fail-with-body --retry 30 --retry-connrefused --retry-delay 1 -o /dev/null "http://$http/readyz"
for query in '{ __typename }' '{ odd' 'mutation { login(input: { email: "a@b.example", password: "x" }) }'; do
  curl -sS -o /dev/null "http://$http/query" --get --data-urlencode "query=$query"
  curl -sS -o /dev/null "http://$http/query" -H 'Content-Type: application/graphql' --data-binary "$query"
done
curl -sS --fail-with-body -o "$scratch/metrics" "http://$metrics/metrics"

mkdir -p target
# shellcheck disable=SC2016 # the backticks are the page's
sed -n 's/^| `\([a-z_]*\)` | \([a-z]*\) |.*/\1 \2/p' docs/metrics.md | while read -r name kind; do
  if [ "$kind" = histogram ]; then printf '%s\n' "${name}_bucket" "${name}_sum" "${name}_count"; else echo "$name"; fi
done | sort >"$names"
sed -n 's/^\([a-z_]*\)[ {].*/\1/p' "$scratch/metrics" | sort -u >"$scratch/exported"
unknown=$(comm -13 "$names" "$scratch/exported")
if [ -n "$unknown" ]; then
  printf 'exported, but not in docs/metrics.md:\n%s\n' "$unknown" >&2
  exit 1
fi
printf '%s names are in %s, %s of them exported by a server that has just begun\n' \
  "$(wc -l <"$names")" "$names" "$(wc -l <"$scratch/exported")"
if command -v promtool >/dev/null; then
  promtool check metrics <"$scratch/metrics"
else
  echo "promtool is not installed: what is exported is not checked by it"
fi

#!/bin/sh
# Whether Redis answers; with `loaded` whether it has read its log, too.
set -eu
REDISCLI_AUTH=$(cat "${SECRETS:-/etc/redis-secrets}/password")
export REDISCLI_AUTH
answer=$(timeout 4 redis-cli -p "${PORT:-6379}" ping)
case $answer in
  PONG) ;;
  LOADING*) [ "${1:-}" != loaded ] ;;
  *) echo "$answer" >&2; exit 1 ;;
esac

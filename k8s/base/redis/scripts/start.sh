#!/bin/sh
# Starts Redis with the password of the secret, which never stands among the arguments of a program.
#
# Shotify's user may do what it needs with keys of its own, no more; the exporter's may look. Without a name there is no way in
# past them: nobody else exists.
set -eu
config=${CONFIG:-/etc/redis-config}
run=${RUN:-/run/redis}

password=$(cat "${SECRETS:-/etc/redis-secrets}/password")
case $password in
  *[!A-Za-z0-9_.~+/=-]*) echo "the secret redis: password may have A-Z a-z 0-9 _.~+/=- only" >&2; exit 1 ;;
esac
[ "${#password}" -ge 16 ] || { echo "the secret redis: password needs 16 characters or more" >&2; exit 1; }

umask 077
cat >"$run/redis.conf" <<C
include $config/redis.conf
dir ${DATA:-/data}
user default on >$password resetchannels ~shotify:* +@all -@admin -@dangerous
user exporter on >$password resetchannels +ping +info +select +config|get +slowlog|len +slowlog|get +latency|latest +latency|histogram +client|list +client|setname
C
# shellcheck disable=SC2086  # Further options are words.
exec redis-server "$run/redis.conf" ${REDIS_OPTIONS:-}

#!/usr/bin/env bash
# Runs the scripts and the configuration of k8s/base/redis with a real Redis: password, rights, persistence, probes.
#
#   scripts/lib/manifests/redis.sh
#
# Redis is the machine's redis-server and redis-cli, 7 or later; without them it says so and leaves itself out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# shellcheck source=scripts/lib/run.sh
source scripts/lib/run.sh
# shellcheck source=scripts/lib/probe.sh
source scripts/lib/probe.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/servers.sh
source scripts/lib/servers.sh

readonly manifests=k8s/base/redis
readonly password=0123456789abcdef0123456789abcdef

passed=0
check() { # SENTENCE COMMAND...
  "${@:2}" 2>>"$scratch/log" || { tail -n 20 "$scratch/log" >&2; fail "does not hold: $1"; }
  passed=$((passed + 1))
  say "ok: $1"
}
not() { if "$@"; then return 1; fi; }
answers() { [[ $(command_as "${@:2}") == *$1* ]]; } # TEXT USER COMMAND...
command_as() { redis-cli -p "$port" --no-auth-warning --user "$1" --pass "$password" "${@:2}" 2>&1; }
probe() { PORT=$port SECRETS=$scratch/secrets sh "$manifests/scripts/ready.sh" "$@"; }

# The disk and the port of the manifests are others here.
launch() { # PORT
  DATA=$scratch/data CONFIG=$PWD/$manifests RUN=$scratch/run SECRETS=$scratch/secrets \
    REDIS_OPTIONS="--port $1 --bind 127.0.0.1" start_group sh "$manifests/scripts/start.sh"
}

launch_in_front() { RUN=$scratch/run SECRETS=$scratch/secrets sh "$manifests/scripts/start.sh"; }

stop() {
  stop_group "${groups[-1]}"
  unset 'groups[-1]'
}

writes_and_asks() {
  check "Shotify's user writes keys of its own" answers OK default set shotify:a 1
  check "and runs scripts on them" answers 1 default eval 'return redis.call("GET", KEYS[1])' 1 shotify:a
  check "and on no others" answers 'NOPERM' default eval 'return redis.call("GET", KEYS[1])' 1 other
  check "it reads no other keys" answers NOPERM default get other
  check "it does not flush" answers NOPERM default flushall
  check "it changes no settings" answers NOPERM default config set maxmemory 1
  check "nobody enters without the password" not_without_password
  check "the exporter looks" answers used_memory exporter info memory
  check "the exporter reads the limit of memory" answers 268435456 exporter config get maxmemory
  check "the exporter reads no keys" answers NOPERM exporter get shotify:a
  check "nothing is evicted" answers noeviction exporter config get maxmemory-policy
}

not_without_password() { [[ $(redis-cli -p "$port" ping 2>&1) == *NOAUTH* ]]; }
no_password_in_the_list_of_processes() { ! tr '\0' '\n' <"/proc/${groups[-1]}/cmdline" | grep -q "$password"; }

if ! have redis-server || ! have redis-cli || [[ ! $(redis-server --version) =~ v=([7-9]|[1-9][0-9])\. ]]; then
  say "redis-server of 7 or later is not installed: the scripts of Redis' manifests are not tried"
  exit 0
fi
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
make_scratch
mkdir -p "$scratch"/{run,secrets,data}
printf short >"$scratch/secrets/password"
check "a short password is refused" not launch_in_front
printf '%s' "$password" >"$scratch/secrets/password"
on_free_port redis-server "$scratch/log" launch redis_version "exporter:$password"
say "Redis: $version"
check "it is ready" probe loaded
check "it is alive" probe
check "its password does not stand in the list of processes" no_password_in_the_list_of_processes
writes_and_asks
stop
check "one that is gone is not ready" not probe loaded
on_free_port redis-server "$scratch/log" launch redis_version "exporter:$password"
check "what was written is there after a restart" answers 1 default get shotify:a
echo "$passed passed, 0 failed"

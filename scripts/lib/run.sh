# shellcheck shell=bash
# Saying, finding and running things, and leaving nothing behind.

say() { printf '== %s\n' "$*"; }
fail() { printf 'scripts/%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The first of the named programs, also where the PATH of an ordinary user does not look.
find_program() {
  local name
  for name in "$@"; do
    PATH="$PATH:/usr/sbin:/usr/local/sbin:/sbin:/usr/libexec" command -v "$name" && return
  done
  return 1
}

# Process groups that live: the servers and the command that runs now.
groups=()
# Made when the first server is started, removed by clean_up.
scratch=

# Starts a command as the leader of a process group of its own: it does not get the terminal's Ctrl-C before the
# script does, and clean_up reaches its children as well. Its id is then in $!.
start_group() {
  set -m
  "$@" </dev/null &
  set +m
  groups+=("$!")
}

# Shows a command and runs it. Bash acts on a signal during `wait`, not while a command runs in the foreground.
run() {
  local status=0
  say "$*"
  start_group "$@"
  wait "$!" || status=$?
  unset 'groups[-1]'
  return "$status"
}

alive() { kill -0 -- "-$1" 2>/dev/null; }

stop_group() {
  kill -TERM -- "-$1" 2>/dev/null || return 0
  for _ in {1..100}; do
    alive "$1" || break
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# Runs once, however the script ends. The newest group first: the tests before the servers that they use.
clean_up() {
  local status=$? i
  trap '' HUP INT TERM
  for ((i = ${#groups[@]} - 1; i >= 0; i--)); do stop_group "${groups[i]}"; done
  [ -z "$scratch" ] || rm -rf -- "$scratch"
  allow_services
  exit "$status"
}

#!/usr/bin/env bash
# Receiving, unpacking and preparing XtraBackup's stream. Sourced by what clones, backs up and restores, never run, after lib.sh.
# shellcheck disable=SC2154  # lib.sh sets them.

# The stream of a server. Only who has a certificate of MySQL's own authority gets one, and only from who has one.
receive() { # HOST
  socat -u "OPENSSL:$1:$clone_port,cert=$tls/tls.crt,key=$tls/tls.key,cafile=$tls/ca.crt,verify=1,commonname=mysql,connect-timeout=5" -
}

unpack() { # FOLDER
  rm -rf -- "$1"
  mkdir -p -- "$1"
  xbstream -x -C "$1"
}

# XtraBackup writes xtrabackup_info last: without it the stream broke off.
prepare() { # FOLDER
  [ -s "$1/xtrabackup_info" ] || { say "the stream broke off"; return 1; }
  xtrabackup --prepare --use-memory="${PREPARE_MEMORY:-256M}" --target-dir="$1" || return 1
  [ -s "$1/xtrabackup_binlog_info" ] || { say "the clone does not say which transactions it has"; return 1; }
}

# The transactions that a clone or backup holds. The file has the log's name, the position, the set, which may be broken
# into lines.
transactions_of() { # FOLDER
  local set
  set=$(<"$1/xtrabackup_binlog_info") || return 1
  set=${set//$'\n'/}
  [[ $set =~ ^[^[:space:]]+[[:space:]]+[0-9]+([[:space:]]+(.*))?$ ]] || return 1
  printf '%s\n' "${BASH_REMATCH[2]}"
}

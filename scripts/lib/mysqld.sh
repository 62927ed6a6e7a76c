# shellcheck shell=bash
# A real MySQL (not MariaDB) of 8.4 or later for the checks of the manifests: that of MYSQLD (the path of mysqld, its client
# programs beside it), else an installed one, else Debian's packages of the unstable suite, unpacked below target/ and installed nowhere.
# shellcheck disable=SC2034  # Its variables are for the script that sources it.

readonly mysql_folder=$PWD/target/test-tools/mysql

# Sets mysql_bin, a folder with mysqld and its client programs, and mysql_options, words that this mysqld needs further.
# Fails, saying why, where none can be had.
bring_mysqld() {
  local found
  mysql_options=()
  if [ -n "${MYSQLD:-}" ]; then
    is_new_mysql "$MYSQLD" || { say "MYSQLD is no MySQL of 8.4 or later"; return 1; }
    mysql_bin=$(dirname "$MYSQLD")
  elif found=$(find_program mysqld) && is_new_mysql "$found"; then
    mysql_bin=$(dirname "$found")
  else
    unpack_mysql || { say "no MySQL of 8.4 or later can be had"; return 1; }
    mysql_bin=$mysql_folder/bin
    local share=$mysql_folder/root/usr/share/mysql
    mysql_options=(--basedir="$mysql_folder/root/usr" --lc-messages-dir="$share" --character-sets-dir="$share/charsets"
      --plugin-dir="$mysql_folder/root/usr/lib/mysql/plugin")
  fi
  [ "$(id -u)" != 0 ] || mysql_options+=(--user=root)
}

is_new_mysql() { # PROGRAM
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  [[ $version != *MariaDB* && $version =~ Ver\ ([0-9]+)\.([0-9]+) ]] || return 1
  [ "$((BASH_REMATCH[1] * 100 + BASH_REMATCH[2]))" -ge 804 ]
}

# apt resolves and checks the packages in a world of its own; the mirror is the one that this machine uses.
unpack_mysql() {
  local mirror apt names file
  [ ! -x "$mysql_folder/bin/mysqld" ] || return 0
  if ! have apt-get || ! have dpkg-deb || [ "$(dpkg --print-architecture)" != amd64 ]; then return 1; fi
  # shellcheck disable=SC2016  # A pattern of apt's.
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m 1 -E '/debian/?$') || return 1
  say "unpacking MySQL of Debian's unstable suite into $mysql_folder"
  apt=$mysql_folder/apt
  rm -rf -- "$mysql_folder"
  mkdir -p "$apt"/{lists/partial,cache/archives/partial,sources,state} "$mysql_folder"/{debs,root,bin}
  : >"$apt/state/status"
  printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
    "$mirror" >"$apt/sources/sid.sources"
  apt_config >"$apt/conf"
  APT_CONFIG=$apt/conf run apt-get -qq update || return 1
  names=$(APT_CONFIG=$apt/conf apt-get install --no-install-recommends -y --print-uris mysql-server-core mysql-client-core |
    sed -n "s/^'[^']*' \([^_ ]*\)_.*/\1/p" | sort -u)
  # shellcheck disable=SC2086  # The names are words.
  (cd "$mysql_folder/debs" && APT_CONFIG=$apt/conf apt-get -qq download $names) || return 1
  for file in "$mysql_folder"/debs/*.deb; do dpkg-deb -x "$file" "$mysql_folder/root" || return 1; done
  rm -rf -- "$mysql_folder/debs" "$apt"
  wrap_mysql
}

apt_config() {
  cat <<C
Dir::State "$apt/state"; Dir::State::lists "$apt/lists"; Dir::State::status "$apt/state/status"; Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "$apt/sources";
Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "/dev/null";
APT::Get::List-Cleanup "false"; Acquire::Languages "none"; APT::Sandbox::User "root";
C
}

# They need a newer C library than this machine may have, and bring it.
wrap_mysql() {
  local file libraries=$mysql_folder/root/usr/lib/x86_64-linux-gnu
  for file in "$mysql_folder"/root/usr/{sbin/mysqld,bin/mysql,bin/mysqladmin,bin/mysqlcheck}; do
    printf '#!/bin/sh\nexec "%s" --library-path "%s:%s" "%s" "$@"\n' "$libraries/ld-linux-x86-64.so.2" "$libraries" \
      "$libraries/mysql/private" "$file" >"$mysql_folder/bin/${file##*/}"
  done
  chmod +x "$mysql_folder"/bin/*
}

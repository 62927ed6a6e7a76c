#!/usr/bin/env bash
# For operators and failover.sh: runs statements as root on the server of this pod.
#
#   kubectl exec mysql-1 -c keeper -- bash /scripts/sql.sh "SHOW REPLICA STATUS" --vertical --column-names
# shellcheck source=k8s/base/mysql/scripts/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
SQL_TIMEOUT=${SQL_TIMEOUT:-90}
sql "$@"

#!/usr/bin/env bash
# with.sh COMMAND...: runs the command with every server up, and afterwards stops those that it
# started itself; one that ran before goes on running. Its exit status is the command's; a server
# that does not start ends it with status 70 before the command.
#   BACKENDS  the servers to start (openstack ceph minio versitygw alluxio), at the same time
#   lib.sh tells what else the environment can change.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
export STOWAGE_BACKENDS=${STOWAGE_BACKENDS:-/tmp/backends}
BACKENDS=${BACKENDS:-openstack ceph minio versitygw alluxio}
unset STATE # each has its own
mkdir -p "$STOWAGE_BACKENDS"

# answering NAME: the server of the exports that an earlier start left is there.
answering() {
  local env=$STOWAGE_BACKENDS/$1/env
  # shellcheck disable=SC1090
  [ -s "$env" ] && command -v curl >/dev/null &&
    (. "$env" && curl -ks -o /dev/null --noproxy '*' --max-time 5 "${S3_ENDPOINT:?}") 2>/dev/null
}

started=()
finish() {
  local status=$? name
  for name in "${started[@]}"; do
    "$HERE/$name/down.sh" || echo "with.sh: $name could not be stopped" >&2
  done
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

declare -A up
for name in $BACKENDS; do
  [ -x "$HERE/$name/up.sh" ] || { echo "with.sh: there is no backend $name" >&2; exit 64; }
  answering "$name" || started+=("$name")
  # Also for one that answers: it may have been left half up, or lack exports of this version.
  "$HERE/$name/up.sh" >/dev/null </dev/null &
  up[$name]=$!
done
failed=
for name in $BACKENDS; do
  wait "${up[$name]}" || failed="$failed $name"
done
[ -z "$failed" ] || { echo "with.sh: not up:$failed (logs are in $STOWAGE_BACKENDS/NAME/log)" >&2; exit 70; }

"$@"

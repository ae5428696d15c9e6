#!/bin/bash
# Builds sink, runner and every client/*/ into bin/, and makes tmp/rig.in
# (SIZE bytes, default 1 GiB).
set -e
cd "$(dirname "$0")"
export GOWORK=off # the rig is a module of its own, no part of the workspace
mkdir -p bin tmp
go build -o bin/sink ./sink
go build -o bin/runner ./runner
for d in client/*/; do
  n=$(basename "$d")
  ls "$d"*.go >/dev/null 2>&1 || continue
  go build -o "bin/$n" "./client/$n"
done
size=${SIZE:-1073741824}
[ "$(stat -c %s tmp/rig.in 2>/dev/null)" = "$size" ] || head -c "$size" /dev/urandom >tmp/rig.in
cat tmp/rig.in >/dev/null # into the page cache

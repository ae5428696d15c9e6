#!/bin/bash
# Under a minute: 200,000 keys listed over plain http, each client in a process of its own.
#   PEERS='ours|awsmgr' REPS=9 ./list.sh
cd "$(dirname "$0")" && SIZE="${SIZE:-$(stat -c %s tmp/rig.in 2>/dev/null || echo 1048576)}" ./build.sh || exit 1
bin/runner -reps "${REPS:-5}" -only '^list-200k-http$' -peers "${PEERS:-^(raw|awsmgr|minio|ours)$}"

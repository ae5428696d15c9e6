#!/bin/bash
# Under a minute: up-file over plain http, conc 4, the peers that matter.
#   PEERS='ours|awsmgr|minio' REPS=5 ./quick.sh
cd "$(dirname "$0")" && ./build.sh || exit 1
bin/runner -reps "${REPS:-5}" -only '^up-file-http-c4$' -size "${SIZE:-1073741824}" \
  -peers "${PEERS:-^(raw|raw/copy|awsmgr|awsmgr/wr|awstm|minio|minio/nosha|ours.*)$}"

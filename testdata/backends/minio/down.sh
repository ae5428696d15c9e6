#!/usr/bin/env bash
# Stops what up.sh started (same STATE and TLS); --wipe also deletes the state.
NAME=minio${TLS:+-tls}
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
stop minio oidc
wipe "$@"

#!/usr/bin/env bash
# Stops what up.sh started (same STATE); --wipe also deletes the state.
NAME=alluxio
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
stop proxy worker master
wipe "$@"

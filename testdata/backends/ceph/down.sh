#!/usr/bin/env bash
# Stops what up.sh started (same STATE); --wipe also deletes the state.
NAME=ceph
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
# An osd that was killed, or had died before, has lost its objects: its mark stays, and up.sh
# starts afresh. A clean stop saved them.
stop rgw oidc
saved=$(alive osd && echo yes || true)
stop osd mon
case "$KILLED " in *' osd '*) saved= ;; esac
[ -z "$saved" ] || rm -f "$STATE/osd/.running"
wipe "$@"

#!/usr/bin/env bash
# Stops what up.sh started (same STATE); --wipe also deletes the state.
NAME=openstack
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
stop object-expirer object-updater container-updater proxy object container account keystone memcached
wipe "$@"

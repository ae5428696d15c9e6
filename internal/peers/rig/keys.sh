#!/bin/bash
# Ten million keys from bucket to bucket: some minutes; prints the memory at a tenth, half and all.
#   N=1000000 ./keys.sh
#   DIRECTORY=tmp/files ./keys.sh    # local files instead, which it makes and leaves
set -e
cd "$(dirname "$0")"
export GOWORK=off
mkdir -p bin
go build -o bin/sink ./sink
go build -o bin/keys ./keys
exec 3< <(exec bin/sink -addr 127.0.0.1:0)
sink=$!
trap 'kill $sink' EXIT
read -r _ address <&3
bin/keys -url "http://$address" -n "${N:-10000000}" ${DIRECTORY:+-directory "$DIRECTORY"}

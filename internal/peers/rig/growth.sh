#!/bin/bash
# How CPU, memory and time grow with the size of the object (64 KiB to 16 GiB), with the parts
# in flight (1 to 64) and with the distance of the server (0, 20, 100 ms): Markdown on stdout.
#   REPS=3 ONLY='size' ./growth.sh
set -e
cd "$(dirname "$0")"
export GOWORK=off
./build.sh
trap 'rm -f tmp/sparse.*' EXIT
bin/runner -growth -reps "${REPS:-3}" -only "${ONLY:-}" -peers "${PEERS:-}" -out "tmp/growth-$(date +%m%d-%H%M%S).jsonl"

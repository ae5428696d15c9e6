#!/bin/bash
# Whole baseline: all cases, interleaved, medians -> Markdown on stdout.
#   REPS=5 ONLY='up-file' PEERS='ours|aws' IMPORTS=1 SIZE=1073741824 N=0 ./run.sh
# JSON lines of every single run go to tmp/run-<time>.jsonl.
set -e
cd "$(dirname "$0")"
export GOWORK=off
./build.sh
bin/runner -reps "${REPS:-5}" -only "${ONLY:-}" -peers "${PEERS:-}" -size "${SIZE:-1073741824}" -n "${N:-0}" \
  -out "tmp/run-$(date +%m%d-%H%M%S).jsonl"
if [ -z "${ONLY:-}" ]; then
  echo
  (cd .. && go test -run xxx -bench 'Sign|Stub' -benchmem -benchtime 200ms -count 5 ./signbench) | ./benchmed.sh
fi
if [ -n "${IMPORTS:-}" ]; then
  echo
  ./imports.sh
fi

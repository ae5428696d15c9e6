#!/bin/bash
# Measures everything and writes it down: docs/benchmarks.md, with the tables, the machine and
# the date, and docs/benchmarks.svg, the chart. About a quarter of an hour; on a machine that
# does nothing else.
#   REPS=5 GROWTH_REPS=3 PEERS= GROWTH_PEERS= ./bench.sh
set -euo pipefail
cd "$(dirname "$0")"
export GOWORK=off REPS=${REPS:-5}
docs=$(cd ../../../docs && pwd)
cpu=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
machine="$(nproc) x ${cpu:-$(uname -m)}, $(uname -s | tr '[:upper:]' '[:lower:]')/$(uname -m), $(go env GOVERSION)"
today=$(date -u +%Y-%m-%d)

./build.sh
bin/runner -reps "$REPS" -only "${ONLY:-}" -peers "${PEERS:-}" -out "tmp/bench-$today.jsonl.new" -chart "$docs/benchmarks.svg" -caption "$today, $machine" >tmp/bench.md
mv "tmp/bench-$today.jsonl.new" "tmp/bench-$today.jsonl"
REPS=${GROWTH_REPS:-3} PEERS=${GROWTH_PEERS:-} ONLY= ./growth.sh >tmp/growth.md
{
  cat <<TEXT
# Benchmarks

Written by \`make bench\` on $today: $machine. Medians of $REPS interleaved runs of every client against the same server on the same machine. How to read the tables, and what each client is: [internal/peers](../internal/peers/README.md).

![CPU and memory beside other SDKs](benchmarks.svg)
TEXT
  cat tmp/bench.md
  printf '\n## Growth\n'
  cat tmp/growth.md
} >"$docs/benchmarks.md"
cat "$docs/benchmarks.md"

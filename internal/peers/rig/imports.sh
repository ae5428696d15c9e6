#!/bin/bash
# Import cost of each mini/<peer>, the smallest program that uploads one file:
# stripped size, modules, packages. Markdown on stdout. Works from any directory.
#   PEERS='ours minio'   only these
#   CLEAN=1              clean build time too (empty GOCACHE, modules already
#                        downloaded): about half a minute each
set -e
cd "$(dirname "$0")"
export GOWORK=off
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
self=$(go list -m)
peers=${PEERS:-$(basename -a mini/*/)}
head='| minimal uploader | stripped MB | modules | packages (non-std) |' rule='|---|--:|--:|--:|'
[ -z "${CLEAN:-}" ] || head="$head clean build s (wall) | build cpu s |" rule="$rule--:|--:|"
printf '%s\n%s\n' "$head" "$rule"
for p in $peers; do
  out=$bin/$p
  build() { go build -trimpath -buildvcs=false -ldflags='-s -w' -o "$out" "./mini/$p"; }
  extra=
  if [ -n "${CLEAN:-}" ]; then
    c=$(mktemp -d)
    TIMEFORMAT='%R %U %S'
    t=$({ time GOCACHE=$c build 2>/dev/null; } 2>&1)
    rm -rf "$c"
    extra=$(awk -v t="$t" 'BEGIN{split(t, f, " "); printf " %.1f | %.1f |", f[1], f[2]+f[3]}')
  else
    build
  fi
  size=$(stat -c %s "$out")
  mods=$(go version -m "$out" | grep -c $'^\tdep' || true)
  all=$(go list -deps "./mini/$p" | wc -l)
  nonstd=$(go list -deps -f '{{if not .Standard}}{{.ImportPath}}{{end}}' "./mini/$p" | grep -vc "^$self" || true)
  awk -v p="$p" -v s="$size" -v m="$mods" -v k="$all" -v n="$nonstd" -v x="$extra" \
    'BEGIN{printf "| %s | %.2f | %d | %d (%d) |%s\n", p, s/1e6, m, k, n, x}'
done

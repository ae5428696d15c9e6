# What the up.sh and down.sh scripts of this folder share; read with `.`, not run.
#
# The caller sets NAME first. From the environment, all optional:
#   STOWAGE_BACKENDS  root of every server's state     (/tmp/backends)
#   STATE             this server's own state folder    ($STOWAGE_BACKENDS/NAME)
#   BINDIR            where built servers are kept      ($STOWAGE_BACKENDS/bin)
#   PORT_OFFSET       added to every port, so that a second set can run beside the first (0)
set -euo pipefail
STOWAGE_BACKENDS=${STOWAGE_BACKENDS:-/tmp/backends}
STATE=${STATE:-$STOWAGE_BACKENDS/$NAME}
BINDIR=${BINDIR:-$STOWAGE_BACKENDS/bin}
RUN=$STATE/run LOG=$STATE/log
HERE=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)

say() { echo "$NAME: $*" >&2; }
die() { say "$*"; exit 1; }
port() { echo $(($1 + ${PORT_OFFSET:-0})); }

# prepare makes the state folders and holds the lock: of two callers at once the second waits.
prepare() {
  mkdir -p "$RUN" "$LOG" "$BINDIR"
  exec 9>"$STATE/lock"
  flock 9
}

# --- packages and programs --------------------------------------------------

# packages NAME...: installs the Debian packages that are missing, without letting
# them start services of their own.
packages() {
  local need=() p
  for p in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)" = installed ] || need+=("$p")
  done
  [ ${#need[@]} -gt 0 ] || return 0
  say "installing ${need[*]}"
  ( # one installer at a time: the policy file is everybody's
    exec 8>"$STOWAGE_BACKENDS/packages.lock"
    flock 8
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
      printf '#!/bin/sh\nexit 101\n' >$policy
      chmod 755 $policy
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt=(env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -q -y -o DPkg::Lock::Timeout=500 -o Dpkg::Use-Pty=0)
    "${apt[@]}" install --no-install-recommends "${need[@]}" >"$LOG/packages.log" 2>&1 </dev/null 8>&- ||
      { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${need[@]}"; } >>"$LOG/packages.log" 2>&1 </dev/null 8>&- ||
      { tail -n 20 "$LOG/packages.log" >&2; exit 1; }
  ) || die "the packages could not be installed; see $LOG/packages.log"
}

# build FILE MODULE VERSION: sets PROGRAM to the built command, which is kept under its version.
build() {
  PROGRAM=$BINDIR/$1@$3
  [ ! -x "$PROGRAM" ] || return 0
  command -v go >/dev/null || die "go is needed to build $1"
  say "building $2@$3 (minutes the first time)"
  local tmp
  tmp=$(mktemp -d "$BINDIR/.build.XXXXXX")
  (cd "$tmp" && GOWORK=off GOFLAGS=-mod=mod GOBIN=$tmp go install "$2@$3") >"$LOG/build.log" 2>&1 9>&- ||
    { rm -rf "$tmp"; tail -n 20 "$LOG/build.log" >&2; die "could not build $2@$3"; }
  mv "$tmp/${2##*/}" "$PROGRAM"
  rm -rf "$tmp"
}

# --- processes --------------------------------------------------------------
# A pid file holds "pid starttime", so that a recycled pid is never taken for ours.
# One without a start time counts while its command line names the state folder.

# starttime PID: empty for a process that is gone, or dead and not yet collected.
starttime() {
  local fields
  fields=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 0
  case $fields in [ZX]*) return 0 ;; esac
  cut -d' ' -f20 <<<"$fields"
}

ours() { # ours PIDFILE
  local p='' t=''
  [ -r "$1" ] || return 1
  read -r p t <"$1" || true
  [ -n "$p" ] || return 1
  if [ -n "$t" ]; then
    [ "$(starttime "$p")" = "$t" ]
  else
    [ -n "$(starttime "$p")" ] &&
      tr '\0' ' ' 2>/dev/null <"/proc/$p/cmdline" | grep -qF -- "$STATE"
  fi
}

alive() { ours "$RUN/$1.pid"; }

busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# start TAG PORT COMMAND...: in the background, unless the one of before still lives.
# PORT is the one it will listen on ("-" for none): taken by a stranger, it is an error here
# and not a puzzle in a log.
start() {
  local tag=$1 on=$2 p
  shift 2
  alive "$tag" && return 0
  [ "$on" = - ] || ! busy "$on" || die "port $on, wanted for $tag, is taken by something else"
  setsid nohup "$@" >>"$LOG/$tag.log" 2>&1 </dev/null 9>&- &
  p=$!
  echo "$p $(starttime "$p")" >"$RUN/$tag.pid"
}

# await TAG SECONDS COMMAND...: until the command succeeds.
await() {
  local tag=$1 end=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    alive "$tag" || { tail -n 20 "$LOG/$tag.log" >&2; die "$tag ended; see $LOG/$tag.log"; }
    [ $SECONDS -lt $end ] || die "$tag does not answer; see $LOG/$tag.log"
    sleep 0.1
  done
}

answers() { curl -s -o /dev/null --noproxy '*' --max-time 5 "$@"; }

# running URL: whether the server of this state answers there already, whoever started it;
# prints its exports if so.
running() { [ -s "$STATE/env" ] && answers -k -f "$1" && cat "$STATE/env"; }

# stop TAG...: in this order, each with half a minute to end by itself. A TAG that had to be
# killed is written to KILLED.
KILLED=''
stop() {
  local tag f p
  for tag in "$@"; do
    f=$RUN/$tag.pid
    if ours "$f"; then
      p=$(cut -d' ' -f1 "$f")
      kill -TERM "$p" 2>/dev/null || true
      for _ in $(seq 300); do ours "$f" || break; sleep 0.1; done
      if ours "$f"; then
        kill -KILL "$p" 2>/dev/null || true
        KILLED="$KILLED $tag"
      fi
    fi
    rm -f "$f"
  done
}

# wipe deletes the state, if "--wipe" is among the arguments.
wipe() {
  case " $* " in *' --wipe '*) rm -rf "$STATE" ;; esac
}

# --- certificates and exports -----------------------------------------------

# selfsigned CERT KEY: for 127.0.0.1 and localhost, ten years, its own CA.
selfsigned() {
  [ ! -s "$1" ] || [ ! -s "$2" ] || return 0
  mkdir -p "$(dirname "$1")" "$(dirname "$2")"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj /CN=localhost -addext "subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1" \
    -keyout "$2" -out "$1" 2>/dev/null
}

# publish: standard input becomes $STATE/env, whole or not at all, and is printed.
publish() {
  cat >"$STATE/env.new"
  mv "$STATE/env.new" "$STATE/env"
  cat "$STATE/env"
}

# What bench/run, bench/box, bench/soak and bench/cluster share: building the tools, starting and stopping servers, reading what wsbench prints.
# Sourced, not run. Everything listens on and speaks to 127.0.0.1 alone.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
build=$here/build
jar=$root/target/dropsilk-server.jar
java_home=${JAVA_HOME:-}
port=${BENCH_PORT:-18700}
work=$(mktemp -d)
pids=()

say() { printf '%s\n' "$*" >&2; }
fail() { say "bench: $*"; exit 1; }

cleanup() { # ends what was started: processes, and groups of them, which are negative
  local pid
  for pid in "${pids[@]}"; do kill -TERM -- "$pid" 2> /dev/null || true; done
  for pid in "${pids[@]}"; do
    for _ in {1..50}; do kill -0 -- "$pid" 2> /dev/null || break; sleep 0.1; done
    kill -KILL -- "$pid" 2> /dev/null || true
  done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# A sleep that starts no process, so that it can be short.
exec {never}<> <(:)
nap() { read -rt "$1" _ <&"$never" || true; }

microseconds() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

build_tools() {
  local tool
  mkdir -p "$build"
  for tool in wsbench limit polls; do
    if [[ ! -x $build/$tool || $here/$tool.c -nt $build/$tool ]]; then
      cc -O2 -Wall -o "$build/$tool" "$here/$tool.c"
    fi
  done
  ulimit -n "$(ulimit -Hn)"
}

# Node and its ws package, for peer; without them peer is left out.
build_peer() {
  command -v node > /dev/null || return 1
  [[ -d $build/node_modules/ws ]] || (cd "$build" && npm install --no-save --silent ws) > /dev/null 2>&1 || return 1
  cp "$here/peer.mjs" "$build/"
}

# What a load generator on one machine would be refused for.
no_limits() {
  export MESSAGE_RATE=0 MAX_CONNECTIONS=0 MAX_CONNECTIONS_PER_NETWORK=0 ROOMS_PER_MINUTE=0 MAX_ROOMS_PER_NETWORK=0 NO_DB=true ALLOWED_ORIGINS=http://localhost:5173
}

find_java() {
  java=${java_home:+$java_home/bin/}java
  command -v "$java" > /dev/null || fail "no $java"
  [[ -f $jar ]] || fail "no $jar: run mvn package, or name one with --jar"
  jdk=$("$java" -version 2>&1 | sed -n 2p)
  jdk_major=$("$java" -version 2>&1 | sed -n '1s/[^"]*"\([0-9]*\).*/\1/p')
}

# The image's flags, with the memory of its container; JDKs that lack one of them ignore it.
image_flags() {
  printf '%s\n' -XX:+IgnoreUnrecognizedVMOptions -XX:MaxRAM=512m
  sed 's/#.*//; /^[[:space:]]*$/d' "$root/src/docker/jvm.options"
}

# train_cache ARRAY : from JDK 25 on, adds to the flags in that array the AOT cache trained for them; cache is its file then.
train_cache() {
  local -n flags=$1
  cache=
  ((jdk_major >= 25)) || return 0
  cache=$build/$1.aot
  say "Training the AOT cache ..."
  printf '%s\n' "${flags[@]}" > "$work/options"
  "$root/src/docker/train" "$(dirname "$(dirname "$(readlink -f "$(command -v "$java")")")")" "$work/options" "$jar" "$cache" \
    > "$work/train.log" 2>&1 || { cat "$work/train.log" >&2; fail "training failed"; }
  flags+=("-XX:AOTCache=$cache")
}

# serve NAME COMMAND... : starts it in the background; its process id is then in server_pid.
serve() {
  local name=$1
  shift
  "$@" > /dev/null 2> "$work/$name.err" &
  server_pid=$!
  pids+=("$server_pid")
}

# answers PORT : whether /keep-alive is answered with 200 there.
answers() {
  local status=
  { exec {socket}<> "/dev/tcp/127.0.0.1/$1"; } 2> /dev/null || return 1
  printf 'GET /keep-alive HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&"$socket"
  read -rt 5 status <&"$socket" || true
  exec {socket}>&-
  [[ $status == *' 200 '* ]]
}

# await PORT : until the server just started answers, 60 s at most.
await() {
  local end=$((SECONDS + 60))
  until answers "$1"; do
    kill -0 "$server_pid" 2> /dev/null || { cat "$work"/*.err >&2; fail "a server ended before it answered"; }
    ((SECONDS < end)) || fail "a server did not answer within 60 s"
    nap 0.002
  done
}

# await_listening PORT : until somebody accepts there. limit speaks no plain HTTP.
await_listening() {
  local end=$((SECONDS + 10))
  until { exec {socket}<> "/dev/tcp/127.0.0.1/$1"; } 2> /dev/null; do
    ((SECONDS < end)) || fail "nobody listens on port $1"
    nap 0.01
  done
  exec {socket}>&-
}

# stop PID : ends one server that serve started.
stop() {
  kill -TERM "$1" 2> /dev/null || true
  wait "$1" 2> /dev/null || true
  local pid left=()
  for pid in "${pids[@]}"; do [[ $pid == "$1" ]] || left+=("$pid"); done # its number may be somebody else's soon
  pids=("${left[@]}")
}

resident_mb() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

# wsbench MODE PORT PID OPTIONS... : one line of figures; nothing if it gave up.
wsbench() {
  local mode=$1 at=$2 pid=$3
  shift 3
  timeout --foreground 300 "$build/wsbench" "$mode" --port "$at" --pid "$pid" "$@" || true
}

# field NAME : from a line of wsbench on standard input.
field() { tr ' ' '\n' | sed -n "s/^$1=//p" | tr -d '%'; }

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a != "" && b + 0 > 0) printf "%.2f", a / b; else printf "-" }'; }

describe_machine() {
  printf 'machine: %s, %s cores, %s MB, Linux %s, load %s\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
    "$(awk '/^MemTotal/ { printf "%d", $2 / 1024 }' /proc/meminfo)" "$(uname -r)" "$(cut -d' ' -f1-3 /proc/loadavg)"
  printf 'jdk:     %s\n' "$jdk"
  printf 'commit:  %s\n' "$(git -C "$root" describe --always --dirty 2> /dev/null || echo unknown)"
}

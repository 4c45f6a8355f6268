#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# waylay-origin as a user meets it: started on a free port of the loopback,
# asked by curl, its bodies verified by itself and by sha256sum, stopped by a
# signal. Nothing is slept for: `ready` says when to begin, and the log is read
# from a pipe.
set -u

origin="${top_builddir:-.}/waylay-origin"
if ! command -v curl >/dev/null; then
    echo "1..0 # SKIP curl lacks (Debian: apt-get install curl)"
    exit 0
fi

work=$(mktemp -d) || exit 99
pid=
cleanup() {
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT

count=0
check() { # check DESCRIPTION COMMAND...: one line of TAP
    local what=$1
    shift
    count=$((count + 1))
    if "$@" >"$work/said" 2>&1; then
        echo "ok $count - $what"
    else
        echo "not ok $count - $what"
        sed 's/^/# /' "$work/said"
    fi
}
same() { [ "$1" = "$2" ] || { echo "found '$1', expected '$2'"; return 1; }; }
has() { grep -qi -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; return 1; }; }
lacks() { ! has "$1" "$2" >/dev/null; }
exits() { local want=$1; shift; "$@" </dev/null; same $? "$want"; }

mkfifo "$work/log"
"$origin" --address 127.0.0.1 --port 0 2>"$work/log" &
pid=$!
exec 3<"$work/log"
port=
while read -r line <&3; do
    case $line in
    *"listening on 127.0.0.1:"*) port=${line##*:} ;;
    *" ready") break ;;
    esac
done
cat <&3 >"$work/later" &
logger=$!
url=http://127.0.0.1:$port
get() { curl -sS --noproxy '*' --max-time 30 -D "$work/head" -o "$work/body" "$@"; }
status() { awk 'NR == 1 {print $2}' "$work/head"; }

[ -n "$port" ] || { echo "Bail out! waylay-origin did not become ready"; exit 99; }

get "$url/object/a?size=100k&seed=7&digest=1&header=Cache-Control:max-age=60"
check "GET: 200" same "$(status)" 200
check "the length is as asked" same "$(stat -c %s "$work/body")" 100000
check "Content-Length" has "$work/head" '^content-length: 100000'
check "the asked header" has "$work/head" '^cache-control: max-age=60'
check "Date" has "$work/head" '^date: '
check "the body is right" "$origin" --verify '/object/a?size=100k&seed=7' <"$work/body"
# What the origin says of its body, a stranger's tool confirms.
hex=$(sha256sum <"$work/body" | cut -c 1-64)
# shellcheck disable=SC2001 # each two digits: no pattern of the shell does that
digest=$(printf '%b' "$(sed 's/../\\x&/g' <<<"$hex")" | base64)
check "Repr-Digest is its SHA-256" has "$work/head" "^repr-digest: sha-256=:$digest:"
etag=$(sed -n 's/^[Ee][Tt]ag: \(.*\)\r$/\1/p' "$work/head")

cp "$work/body" "$work/wrong"
printf '\0\0' | dd of="$work/wrong" bs=1 seek=5000 conv=notrunc 2>/dev/null
"$origin" --verify '/object/a?size=100k&seed=7' <"$work/wrong" >"$work/verdict"
check "a wrong body is told" same $? 1
check "and where it goes wrong" has "$work/verdict" 'offset 500[01]'

get "$url/object/a?size=100k&seed=7" -H "If-None-Match: $etag"
check "its entity tag: 304" same "$(status)" 304
get "$url/object/a?size=100k&seed=8" -H "If-None-Match: $etag"
check "another object's: 200" same "$(status)" 200

get -I "$url/object/a?size=5M"
check "HEAD: Content-Length" has "$work/head" '^content-length: 5000000'

get "$url/object/c?size=100k&chunked=1"
check "chunked" has "$work/head" '^transfer-encoding: chunked'
check "a chunked body is right" "$origin" --verify '/object/c?size=100k' <"$work/body"
get "$url/object/e?size=0"
check "an empty body" same "$(stat -c %s "$work/body")" 0
get "$url/object/s?status=503"
check "the asked status" same "$(status)" 503
get "$url/object/s?status=204"
check "204 has no body" lacks "$work/head" '^transfer-encoding'

took=$(curl -sS --noproxy '*' -o /dev/null -w '%{time_starttransfer}' "$url/object/d?delay=60ms")
check "a delay of 60 ms" awk "BEGIN {exit !($took >= 0.06)}"

printf 'hello' >"$work/upload"
get --data-binary @"$work/upload" "$url/object/p"
check "POST tells length and digest" same "$(cat "$work/body")" \
    "received 5 bytes sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:"
get -X DELETE "$url/object/a"
check "other methods: 405" same "$(status)" 405

get "$url/object/a?size=lots"
check "a wrong value: 400" same "$(status)" 400
check "that names key, value and expectation" has "$work/body" "key 'size': found 'lots', expected"
get "$url/elsewhere"
check "another path: 404" same "$(status)" 404

get "$url/object/f?size=100k&abort_after=50k" 2>/dev/null
check "aborted by FIN: curl sees a partial file" same $? 18
check "after the bytes asked for" same "$(stat -c %s "$work/body")" 50000
get "$url/object/f?size=100k&abort_after=1k&abort=rst" 2>/dev/null
check "aborted by RST: curl sees a reset" same $? 56
get "$url/object/f?chunked=1&size=2k&abort_after=2k" 2>/dev/null
check "aborted before the last chunk" same $? 18

check "no port: 2" exits 2 "$origin"
check "a wrong port: 2" exits 2 "$origin" --port 80,x
check "a wrong address: 2" exits 2 "$origin" --address 1.2.3 --port 80
check "an unknown option: 2" exits 2 "$origin" --colour
check "a port in use: 1" exits 1 "$origin" --address 127.0.0.1 --port "$port"
check "--version" exits 0 "$origin" --version

# One who is being delayed does not hold up the end. The request is there when
# its 100-continue came, which is before the delay.
exec 4<>"/dev/tcp/127.0.0.1/$port"
printf 'POST /object/w?delay=50s HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n' >&4
read -r line <&4
check "100 Continue" same "${line:0:12}" 'HTTP/1.1 100'
printf x >&4
SECONDS=0
kill -TERM "$pid"
wait "$pid"
check "SIGTERM: exit 0" same $? 0
check "at once" test "$SECONDS" -lt 20
pid=
wait "$logger"
check "requests are logged" has "$work/later" 'GET /object/a?size=100k&seed=7 304'
check "and what was cut short" has "$work/later" 'abort_after=50k 200 .* cut short'
echo "1..38"

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# waylay-assert from outside: command lines, exit codes, both outputs. The
# folders that it judges are written by assert-folder, from the same world that
# the unit tests judge in memory.
set -u
program=$top_builddir/waylay-assert
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
count=0

# expect EXIT-CODE TEXT NAME COMMAND...: the command ends so, and says so.
expect() {
    code=$1 text=$2 name=$3
    shift 3
    count=$((count + 1))
    said=$("$@" 2>&1)
    got=$?
    case $said in
    *"$text"*) told=yes ;;
    *) told=no ;;
    esac
    if [ $got -eq "$code" ] && [ $told = yes ]; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        echo "# exit code $got, expected $code with '$text'; said: $said" | tr '\n' '~' | sed 's/~/\n# /g'
        echo
    fi
}

for world in good leaking uncertain; do
    mkdir "$folder/$world" && "$top_builddir/assert-folder" $world "$folder/$world" || exit 99
done

expect 0 "7 expectations: 7 passed, 0 failed, 0 inconclusive" "the good run passes" \
    "$program" "$folder/good"
expect 1 "found:     any ip.addr == \$who: ip.addr is [10.0.2.2, 10.0.1.2]" "a leak fails, and is named" \
    "$program" "$folder/leaking"
expect 1 "c1-r1.pcap frame " "its frame is named" "$program" "$folder/leaking"
expect 3 "1 inconclusive" "what the clock cannot tell is inconclusive" \
    "$program" "$folder/uncertain"
expect 0 "1 expectations: 1 passed" "one check alone" \
    "$program" --only "the option never reaches" "$folder/leaking"
expect 1 '"verdict": "failed"' "JSON" "$program" --json "$folder/leaking"
expect 0 "usage: waylay-assert" "help" "$program" --help
expect 2 "no expectation has in its words: nonsense" "an unknown check" \
    "$program" --only nonsense "$folder/good"
expect 2 "expected a RUN_DIR or a FILE.expect" "no folder" "$program"
mkdir "$folder/empty"
expect 2 "scenario.yaml: cannot be opened" "a folder that is no run" "$program" "$folder/empty"
expect 1 "3 runs:" "a folder of runs stands for them" "$program" "$folder"
mkdir "$folder/cut" && cp "$folder/good/scenario.yaml" "$folder/cut"
expect 2 "this run was interrupted (no bindings.json, no results.json)" "a run cut short" \
    "$program" "$folder/cut"

sed 's/refused.expect/refused.yaml/' "$folder/good/scenario.yaml" >"$folder/uncertain/scenario.yaml"
expect 2 "scenario.yaml:8:5: key 'expectations[5]." "what is no file of expectations has its place" \
    "$program" "$folder/uncertain"

# The same run, judged by a file of expectations.
cat >"$folder/rules.expect" <<'END'
"the client's packets reappear, re-addressed":
  each "src host $c1 and tcp dst port (80 or 8081)" on c1-r1
    becomes on r1-p1 with ip.dst == $p1, ip.rec_rt == [was.ip.dst], ip.ttl == was.ip.ttl - 1
    within 1s
"the proxy's address stays hidden":
  no packet on clients where eth.src not in $clients.mac with any ip.addr == $proxies
END
expect 0 "2 expectations: 2 passed" "a file of expectations" \
    "$program" "$folder/rules.expect" "$folder/good"
expect 1 "packet:    10.0.2.2 > 10.0.1.2" "a leak fails by the file, too" \
    "$program" "$folder/rules.expect" "$folder/leaking"
expect 1 '"level": "fail"' "JSON of a file" "$program" --json "$folder/rules.expect" "$folder/leaking"
expect 0 "rules.expect: 2 expectations" "the syntax alone" "$program" --check "$folder/rules.expect"
expect 0 "rules.expect:5: the proxy's" "the list of a file" "$program" --list "$folder/rules.expect"
expect 0 "filter: src host 10.0.1.2" "what was selected" \
    "$program" --explain "$folder/rules.expect" "$folder/good"
expect 2 "nothing is called '\$c1'" "names of a run that is not there" \
    "$program" --tap other=x.pcap "$folder/rules.expect"
echo '{"event":"connection","time":1700000001000000000,"connection":99,"syn_seen":1700000000000000000,
"client":{"address":"10.0.1.2","port":7},"origin":{"address":"10.0.3.2","port":80},"local_port":8}' |
    tr -d '\n' >>"$folder/good/logs/p1-access.jsonl"
expect 1 "none of connection p1/99, from port 7 to port 80" "a connection that the log claims alone" \
    "$program" "$folder/good"
rm "$folder/good/captures/r1-p1.pcap"
expect 1 "captures/r1-p1.pcap is not there" "a missing capture fails" \
    "$program" "$folder/good"
echo "1..$count"

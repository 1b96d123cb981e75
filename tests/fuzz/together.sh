#!/usr/bin/env bash
# Runs fuzz targets at once, each as a plain program that mutates for so many seconds of wall time, so that a minute
# for each takes a minute. Fails when one of them does; the last line says how many inputs there were.
#
# usage: together.sh SECONDS CORPORA PROGRAM...    CORPORA/<target> belongs to the program .../fuzz_<target>
set -euo pipefail

seconds=$1 corpora=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
pids=()
for program in "$@"; do
    name=$(basename "$program")
    "$program" --seconds "$seconds" "$corpora/${name#fuzz_}" >"$folder/$name" 2>&1 </dev/null &
    pids+=($!)
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
for program in "$@"; do cat "$folder/$(basename "$program")"; done
inputs=$(cat "$folder"/* | sed -n 's/^fuzz_[a-z]*: \([0-9]*\) inputs, seed .*/\1/p' | awk "{sum += \$1} END {printf \"%d\", sum}")
printf 'fuzzed for %s s at once: %s targets, %s inputs\n' "$seconds" $# "${inputs:-0}"
exit $status

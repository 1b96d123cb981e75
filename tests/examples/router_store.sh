#!/usr/bin/env bash
# router_store.sh PROGRAM FOLDER EXPECTED: runs the program in an empty folder, and again over the store it left;
# both times it must end well, having compared its indexes and checked its file, and print what EXPECTED holds.
set -euo pipefail
program=$1 folder=$2 expected=$3
rm -rf "$folder"
mkdir -p "$folder"
for run in first second; do
    "$program" "$folder" >"$folder/out" || { echo "the $run run ended with $?" >&2; cat "$folder/out" >&2; exit 1; }
    diff -u "$expected" "$folder/out" || { echo "the $run run printed something else" >&2; exit 1; }
done
"$program" one two 2>"$folder/err" && { echo "two folders are taken" >&2; exit 1; }
grep -q '^usage: router_store' "$folder/err"
"$program" "$folder/absent" >/dev/null 2>"$folder/err" && { echo "a folder that is not there is taken" >&2; exit 1; }
grep -q '^router_store: ' "$folder/err"

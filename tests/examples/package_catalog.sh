#!/usr/bin/env bash
# Runs the package catalogue end to end: package_catalog.sh PROGRAM SAMPLE FOLDER TEST [CODEC]
#
# The files in expected/ were computed from the sample without the program. FOLDER is emptied first.
set -euo pipefail

program=$1
sample=$2
folder=$3
test=$4
codec=${5-cbor}
expected=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/expected
store=$folder/store.cambium

rm -rf "$folder"
mkdir -p "$folder"

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# run EXIT_CODE ARGUMENT...: runs the program, its output in $folder/out and $folder/err.
run() {
    local wanted=$1 code=0
    shift
    "$program" "$@" >"$folder/out" 2>"$folder/err" </dev/null || code=$?
    [ "$code" = "$wanted" ] || fail "package_catalog $*: exit code $code, expected $wanted: $(cat "$folder/err")"
}

# The output of the last run is that file of expected/.
expect_file() {
    diff -u "$expected/$1" "$folder/out" || fail "the output differs from expected/$1"
}

# FILE (out or err) of the last run holds the text, within one line.
expect_text() {
    grep -qF -- "$2" "$folder/$1" || fail "std$1 lacks \"$2\"; it is: $(cat "$folder/$1")"
}

expect_sound() {
    run 0 check "$store"
    expect_text out sound
}

query_everything() {
    run 0 show "$store" libcore0
    expect_file show_libcore0
    expect_text err "3 packages in "
    run 0 section "$store" libs
    expect_file section_libs
    run 0 section "$store" libs --min 1000 --max 100000
    expect_file section_libs_1000_100000
    run 0 section "$store" libs --max 12990
    expect_file section_libs_to_12990
    run 0 section "$store" fonts
    expect_file section_fonts
    run 0 largest "$store"
    expect_file largest_10
    run 0 largest "$store" 25
    expect_file largest_25
    run 0 maintainer "$store" Li
    expect_file maintainer_li
    run 0 maintainer "$store" Ł
    expect_file maintainer_stroke
    run 0 source "$store" alder
    expect_file source_alder
    run 0 rdepends "$store" libcore0
    expect_file rdepends_libcore0
    run 0 rdepends "$store" libcore0 --transitive
    expect_file rdepends_libcore0_transitive
    run 0 rdepends "$store" pythonette3
    expect_file rdepends_pythonette3
    run 0 rdepends "$store" alder-doc --all
    expect_file rdepends_alder-doc_all
}

test_queries() {
    run 0 import --input "$sample" --codec "$codec" "$store"
    expect_text out "294 packages with "
    [ ! -s "$folder/err" ] || fail "the import is not quiet without a terminal: $(cat "$folder/err")"
    query_everything
    run 0 stats "$store"
    expect_text out "codec         $codec"
    expect_text out "packages      294"
    expect_text out "$(cat "$expected/dependencies")"
    expect_sound

    # The same again replaces every package with itself, in the codec that the store has.
    run 0 import --input "$sample" "$store"
    expect_text out "(294 replaced)"
    query_everything
    run 0 stats "$store"
    expect_text out "$(cat "$expected/dependencies")"
    expect_sound

    # Each command opens the store anew, so what follows was read back from the file.
    run 0 update "$store" libcore0 --section moved/here
    expect_text out "updated 3 packages named libcore0"
    run 0 section "$store" moved/here
    expect_file section_moved
    run 0 section "$store" libs
    ! grep -q '^libcore0 ' "$folder/out" || fail "libcore0 is still in section libs"
    expect_sound
    run 0 delete "$store" alder
    expect_text out "deleted 1 package named alder"
    run 1 show "$store" alder
    run 0 rdepends "$store" libcore0
    expect_file rdepends_libcore0_without_alder
    run 1 delete "$store" alder
    expect_text err 'no package is named "alder"'
    run 0 stats "$store"
    expect_text out "packages      293"
    expect_sound
}

# many_packages COUNT: that many stanzas of six lines each, with their blank line.
many_packages() {
    seq 1 "$1" | awk '{ printf "Package: p%05d\nVersion: 1\nArchitecture: all\nMaintainer: m\nDescription: d\n\n", $1 }'
}

test_malformed_input() {
    # What is stored stays when a later import fails, and nothing of that import is kept.
    run 0 import --input "$sample" "$store"
    { many_packages 20; printf 'Package: broken\nthis line is no field\n'; } >"$folder/broken"
    run 1 import --input "$folder/broken" "$store"
    expect_text err "$folder/broken:122: \"this line is no field\" is not a field: there is no colon after its name"
    expect_text err "rolled back, with 20 packages; nothing of this input is stored."
    run 0 stats "$store"
    expect_text out "packages      294"
    query_everything
    expect_sound

    # Whole transactions before the malformed stanza are kept.
    { many_packages 2300; printf 'Package: broken\nVersion: 1\n'; } >"$folder/broken"
    run 1 import --input "$folder/broken" "$store"
    expect_text err "$folder/broken:13801: the stanza that begins here has no field Architecture"
    expect_text err "rolled back, with 300 packages; the 2,000 packages of the 2 transactions before it are stored."
    run 0 stats "$store"
    expect_text out "packages      2,294"
    run 0 show "$store" p02000
    run 1 show "$store" p02001
    expect_sound

    printf 'Package: a\nVersion: 1\nArchitecture: all\nMaintainer: m\nDescription: d\nDepends: b (>> 1\n' >"$folder/broken"
    run 1 import --input "$folder/broken" "$store"
    expect_text err "$folder/broken:6: Depends: a ')' is expected before the end of the field"

    # A stanza that is well formed, but not to be stored: its maintainer is longer than a key may be.
    { many_packages 1004; printf 'Package: longwinded\nVersion: 1\nArchitecture: all\nMaintainer: %03000d\nDescription: d\n' 0; } >"$folder/broken"
    run 1 import --input "$folder/broken" "$store"
    expect_text err "$folder/broken:6025: the package \"longwinded\" cannot be stored: table \"packages\", index \"by_maintainer\""
    expect_text err '(name, version, architecture) ("longwinded", "1", "all") is 30'
    expect_text err "rolled back, with 4 packages; the 1,000 packages of the 1 transaction before it are stored."
    run 1 show "$store" longwinded

    run 1 import --input "$folder/absent" "$store"
    expect_text err "$folder/absent cannot be opened"
    run 1 import --input "$folder" "$store"
    expect_text err "$folder is a folder, not a Packages file"
    expect_sound
}

test_command_line() {
    run 2
    expect_text err "a command is missing"
    expect_text err "usage: package_catalog COMMAND"
    run 2 imprt "$store"
    expect_text err '"imprt" is not a command'
    run 2 import
    expect_text err 'the command "import" takes one argument, the store to import into, and was given 0 arguments'
    run 2 section "$store" libs --min much
    expect_text err '--min takes a whole number, not "much"'
    run 2 section "$store" libs --least 3
    expect_text err '"--least" is not an option of the command "section"'
    run 2 update "$store" a
    expect_text err 'needs --section'
    run 0 --help
    expect_text out "usage: package_catalog COMMAND"
    [ ! -e "$store" ] || fail "a wrong command line created the store"

    run 1 show "$store" a
    [ ! -e "$store" ] || fail "a query created the store"
    run 1 import --input "$sample" --codec xml "$store"
    expect_text err '"xml" is not a codec of this program'
    cp "$sample" "$store"
    run 1 show "$store" a
    cmp -s "$sample" "$store" || fail "a query changed a file that is not a store"
    run 1 import --input "$sample" "$store"
    cmp -s "$sample" "$store" || fail "an import changed a file that is not a store"
    rm -f "$store" "$store-lock"

    "$program" import --input - "$store" <"$sample" >"$folder/out"
    expect_text out "294 packages with "
    run 1 import --input "$sample" --codec json "$store"
    expect_text err codec
    expect_sound

    # A reader that leaves early ends a query without a word; a full disk does not.
    local codes
    "$program" section "$store" libs 2>"$folder/err" | true || codes=("${PIPESTATUS[@]}")
    [ "${codes[0]-0}" = 0 ] || [ "${codes[0]}" = 141 ] || fail "exit code ${codes[0]} after a closed pipe"
    ! grep -q package_catalog: "$folder/err" || fail "a closed pipe is reported: $(cat "$folder/err")"
    if [ -w /dev/full ]; then
        "$program" section "$store" libs >/dev/full 2>"$folder/err" && fail "a full disk goes unnoticed"
        expect_text err "standard output cannot be written"
    fi
}

test_demo() {
    run 0 demo --input "$sample" --folder "$folder/stores"
    expect_text out "Package catalogue from $sample"
    [ "$(grep -c '^  check       sound' "$folder/out")" = 3 ] || fail "three stores are not checked: $(cat "$folder/out")"
    for codec in json cbor flatbuffers; do
        tail -n 3 "$folder/out" | grep -q "^$codec " || fail "the table lacks $codec: $(cat "$folder/out")"
        [ -s "$folder/stores/packages-$codec.cambium" ] || fail "the store in $codec is not where it should be"
    done
    # The stores of another run are replaced, not added to.
    run 0 demo --input "$sample" --folder "$folder/stores"
    printf 'Package: a\nVersion: 1\nArchitecture: all\nMaintainer: m\nDescription: d\n' >"$folder/single"
    run 0 demo --input "$folder/single"
    run 1 demo --input /dev/null
    expect_text err "nothing was imported"
}

"test_$test"

# shellcheck shell=bash disable=SC2034
# What the scripts of this folder share. Sourced, never run: the caller is bash with `set -euo pipefail`.
#
# Every step prints one line while it happens. Its full output goes to build/log/<name>.log, and only its tail is
# shown, when it fails.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
log_folder=$root/build/log
jobs=$(nproc)
mkdir -p "$log_folder"

build_packages=(
    g++ cmake ninja-build ccache pkg-config
    nlohmann-json3-dev libcbor-dev libflatbuffers-dev flatbuffers-compiler libboost1.81-dev
    libzstd-dev liblz4-dev zlib1g-dev
    doctest-dev libxxhash-dev
)
# clang-14 serves the tests that compare compiler messages, make the consumer that is built without ninja, lmdb-utils
# the test that exchanges dumps with LMDB; bench_packages are the peers in bench/, and libbenchmark, which times the
# parts there; python3 draws the plots.
bench_packages=(liblmdb-dev libsqlite3-dev librocksdb-dev libleveldb-dev libbenchmark-dev)
test_packages=(clang-14 make lmdb-utils "${bench_packages[@]}" python3)
format_packages=(clang-format-14)

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit 1
}

# step LOG "What happens" COMMAND...: runs the command with its output in build/log/LOG.log.
step() {
    local log=$log_folder/$1.log title=$2 started=$SECONDS
    shift 2
    printf '%s ... ' "$title"
    if "$@" >"$log" 2>&1 </dev/null; then
        printf 'done (%d s)\n' $((SECONDS - started))
        return
    fi
    printf 'failed\n'
    printf -- '--- the last lines of %s:\n' "${log#"$root"/}" >&2
    tail -n 40 "$log" >&2
    fail "the step \"$title\" failed; its full output is in ${log#"$root"/}"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# Sets missing_packages to those of the arguments that are not installed.
find_missing_packages() {
    local installed package
    installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
    missing_packages=()
    for package in "$@"; do
        grep -qxF "$package installed" <<<"$installed" || missing_packages+=("$package")
    done
}

# install_packages PACKAGE...: installs what is missing with apt, and asks apt nothing when nothing is.
install_packages() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
        fail "this script installs what it needs with apt, and this machine has none; install the packages named in docs/dependencies.md, then use cmake --preset release"
    local missing_packages
    find_missing_packages "$@"
    if [ ${#missing_packages[@]} = 0 ]; then
        printf 'Packages: nothing is missing\n'
        return
    fi
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            fail "these packages are missing and neither root nor sudo is at hand: ${missing_packages[*]}. As root: apt-get install ${missing_packages[*]}"
        sudo -v || fail "sudo was refused; as root: apt-get install ${missing_packages[*]}"
    fi
    step apt-update "Packages: updating the lists" as_root apt-get update
    step apt-install "Packages: installing ${missing_packages[*]}" \
        as_root apt-get install --yes --no-install-recommends "${missing_packages[@]}"
}

# configure NAME OPTION...: configures into build/NAME with those options of cmake. A folder of tests that is new since
# build/NAME was made is among them.
configure() {
    local name=$1
    shift
    cd "$root"
    step "configure-$name" "Configuring: build/$name" cmake -B "$root/build/$name" -UCAMBIUM_TEST_FOLDERS "$@"
}

# build NAME [TARGET...]: builds those targets of build/NAME; with none, everything.
build() {
    local name=$1 targets=()
    shift
    if [ $# -gt 0 ]; then targets=(--target "$@"); fi
    step "build-$name" "Building: build/$name${*:+, $*}" \
        cmake --build "$root/build/$name" --parallel "$jobs" "${targets[@]}"
}

# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The set-up that ./run and ./check share: install what lacks, build out of
# tree. Sourced, with $top set to the top of the tree.
#
#   setup_root                 ends with a word of advice unless we are root
#   setup_folder NAME          sets $build: $top/NAME, or, where that is another
#                              user's, a folder in this user's cache
#   setup_packages run|check   installs the Debian packages of build-aux/packages; who
#                              is not root is told which lack
#   setup_build DIR [ARG...]   configures (with ARGs) and builds in DIR
#
# Output goes to logs in the build folder; a failure prints the end of its log
# and exits 1.

# shellcheck disable=SC2154 # top is the caller's
build=$top/build
logs=$build/logs

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Named network namespaces and TUN devices are root's; say so before anything is built.
setup_root() {
    [ "$(id -u)" = 0 ] && return 0
    printf '%s needs root, for tests of what only root can do: sudo %s\n' "$0" "$0" >&2
    exit 2
}

# May this user write there, or make it?
writable() {
    if [ -e "$1" ]; then
        [ -w "$1" ] && { [ ! -e "$1/logs" ] || [ -w "$1/logs" ]; }
    else
        [ -w "${1%/*}" ]
    fi
}

setup_folder() {
    build=$top/$1
    if ! writable "$build"; then
        build=${XDG_CACHE_HOME:-$HOME/.cache}/waylay/$1-$(printf '%s' "$top" | cksum | cut -d ' ' -f 1)
        mkdir -p "$build" || die "neither $top/$1 nor $build can be written by $(id -un)"
        say "building in $build, since $top/$1 cannot be written by $(id -un)"
    fi
    logs=$build/logs
}

# logged NAME COMMAND...: runs COMMAND with its output in $logs/NAME, whose end is shown on failure.
logged() {
    local log=$logs/$1
    shift
    mkdir -p "$logs"
    if ! "$@" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        die "'$*' failed; the whole output is in $log"
    fi
}

# Debian starts a daemon as soon as its package is installed (nginx would take
# port 80 of this machine). A policy-rc.d of ours forbids that while we install,
# unless the machine has one already. Another apt or dpkg at work is waited for, and
# an installation that was interrupted, on which apt refuses to build, is ended first.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    wait_unlocked /var/lib/dpkg/lock-frontend
    if [ -n "$(dpkg --audit)" ] || compgen -G '/var/lib/dpkg/updates/*' >/dev/null; then
        dpkg --configure -a || return 1
    fi
    update_lists &&
        apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@"
}

# apt-get waits for dpkg's lock when told to, but never for that of the lists.
update_lists() {
    local attempt
    for attempt in 1 2 3; do
        wait_unlocked /var/lib/apt/lists/lock
        apt-get update && return 0
        say "apt-get update failed (attempt $attempt)"
    done
    return 1
}

# wait_unlocked FILE: returns when nobody holds a lock on it, or after ten minutes. These
# are locks of fcntl(2), which flock(1) does not see; the kernel lists them by inode.
wait_unlocked() {
    local left=600 inode
    inode=$(stat -c %i "$1" 2>/dev/null) || return 0
    while [ "$left" -gt 0 ] && grep -q ":$inode " /proc/locks; do
        sleep 1
        left=$((left - 1))
    done
}

setup_packages() {
    local wanted lacking=() package
    wanted=$(awk -v all="$1" '/^#/ { next } $1 == "run" || all == "check" { print $2 }' \
        "$top/build-aux/packages")
    command -v dpkg-query >/dev/null ||
        die "this is no Debian: install the counterparts of build-aux/packages, then build as CONTRIBUTING.md says"
    for package in $wanted; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) lacking+=("$package") ;;
        esac
    done
    [ "${#lacking[@]}" -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || die "packages lack; as root: apt-get install ${lacking[*]}"
    say "installing ${#lacking[@]} packages: ${lacking[*]}"
    (logged install.log install_quietly "${lacking[@]}")
}

# The configure script is made once, and again when one of its sources is newer.
setup_configure_script() {
    if [ -x "$top/configure" ] && [ -f "$top/Makefile.in" ] &&
        [ -z "$(find "$top" -path "$top/build*" -prune -o \
            \( -name configure.ac -o -name Makefile.am -o -name local.mk \) \
            -newer "$top/Makefile.in" -print -quit)" ]; then
        return 0
    fi
    [ -w "$top" ] ||
        die "configure lacks or is stale, and $top cannot be written by $(id -un): clone it, or have its owner run autoreconf -fi there"
    logged autoreconf.log env -C "$top" autoreconf -fi
}

setup_build() {
    local dir=$1 name=${1##*/}
    shift
    mkdir -p "$dir"
    setup_configure_script
    if [ ! -f "$dir/Makefile" ] || [ "$(cat "$dir/configured-with" 2>/dev/null)" != "$*" ]; then
        say "configuring in $name"
        logged "$name-configure.log" env -C "$dir" "$top/configure" "$@"
        printf '%s' "$*" >"$dir/configured-with"
    fi
    say "building in $name"
    logged "$name-make.log" make -C "$dir" -j"$(nproc)" all
}

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: tools/v4l2_test.sh FOLDER
# Fills FOLDER with Debian's kernel, busybox, vivid and what it needs, and v4l2loopback,
# built here against that kernel's headers: the machine of tests/v4l2. Packages are
# unpacked, not installed; apt checks their signatures. A kernel already there stays.
set -euo pipefail
export LC_ALL=C
to=$1
[ ! -f "$to/modules/order" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/deb" "$work/root" "$work/out/modules"
root=$work/root

fail() {
    printf '%s\n' "v4l2-test: $*" >&2
    exit 1
}

# depends PACKAGE PATTERN: the first package of that name that it depends on.
depends() {
    apt-cache depends "$1" 2>/dev/null | sed -n "s/^ *Depends: \($2\)\$/\1/p" | head -n 1
}

headers=$(depends linux-headers-amd64 'linux-headers-[^ ]*')
[ -n "$headers" ] || fail "apt knows no linux-headers-amd64: run apt-get update"
common=$(depends "$headers" 'linux-headers-[^ ]*-common')
kbuild=$(depends "$headers" 'linux-kbuild-[^ ]*')
compiler=$(depends "$headers" 'linux-compiler-[^ ]*')
gcc=$(depends "${compiler:-none}" 'gcc-[^ ]*')
kernel=${headers#linux-headers-}
(cd "$work/deb" && apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=3 download \
    "linux-image-$kernel" "$headers" "$common" "$kbuild" v4l2loopback-source \
    busybox-static >"$work/log" 2>&1) || {
    cat "$work/log" >&2
    fail "the packages of kernel $kernel could not be downloaded"
}
for deb in "$work"/deb/*.deb; do
    dpkg -x "$deb" "$root"
done

# The headers name their folder by its place on a system that has them installed.
printf 'include %s\n' "$root/usr/src/$common/Makefile" >"$root/usr/src/$headers/Makefile"
tar -C "$root" -xf "$root"/usr/src/v4l2loopback.tar.*
command -v "${gcc:=gcc}" >/dev/null || gcc=gcc
make -C "$root/usr/src/$headers" M="$root/modules/v4l2loopback" CC="$gcc" modules \
    >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    fail "v4l2loopback does not build against $headers"
}

# need MODULE: copies it after all that it names in depends=, and notes the order.
need() {
    local file name text
    file=$(find "$root/lib/modules" "$root/modules" -name "${1//[-_]/[-_]}.ko" | head -n 1)
    [ -n "$file" ] || return 0       # built into the kernel
    [ ! -f "$work/out/modules/${file##*/}" ] || return 0
    text=$(tr '\0' '\n' <"$file" | grep -a '^depends=' | head -n 1)
    for name in $(tr ',' ' ' <<<"${text#depends=}"); do
        need "$name"
    done
    cp "$file" "$work/out/modules/"
    printf '%s\n' "${file##*/}" >>"$work/order"
}
need vivid
need v4l2loopback
[ -f "$work/out/modules/vivid.ko" ] || fail "linux-image-$kernel holds no vivid.ko"

cp "$root/boot/vmlinuz-$kernel" "$work/out/vmlinuz"
cp "$root/bin/busybox" "$work/out/busybox"
strip --strip-debug "$work"/out/modules/*.ko
mkdir -p "$to/modules"
cp "$work"/out/modules/*.ko "$to/modules/"
cp "$work/out/vmlinuz" "$work/out/busybox" "$to/"
chmod -R u=rwX,go=rX "$to"
# Last, since it says that all is there.
cp "$work/order" "$to/modules/order"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Configures a build folder once and brings it up to date.
# usage: tools/build.sh FOLDER[:TARGET] [MESON OPTIONS...]; with TARGET, only that is built
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1%%:*}
target=()
[ "$1" = "$folder" ] || target=("${1#*:}")
shift
wanted="$*"
if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/.options" 2>/dev/null)" != "$wanted" ]; then
    echo "build: configuring $folder"
    if [ -f "$folder/build.ninja" ]; then
        rm -rf "$folder"
    fi
    meson setup "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; rm -f "$folder.log"; exit 1; }
    rm -f "$folder.log"
    printf '%s' "$wanted" >"$folder/.options"
fi
# Ninja's own lines are shown only when something is to be done or goes wrong.
if ! ninja -C "$folder" -n "${target[@]}" 2>/dev/null | grep -q 'no work to do'; then
    echo "build: compiling $folder"
    if ! log=$(ninja -C "$folder" "${target[@]}" 2>&1); then
        printf '%s\n' "$log" >&2
        exit 1
    fi
    printf '%s\n' "$log" | grep -A6 -E 'warning:|error:' || true
fi

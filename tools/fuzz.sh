#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs libFuzzer on the targets of tests/fuzz, one after the other. What it finds stays in
# build-fuzz/found; the committed corpus is only read.
# usage: tools/fuzz.sh SECONDS [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
if ! command -v clang >/dev/null; then
    echo "fuzz: clang is missing: apt-get install clang" >&2
    exit 1
fi
if [ ! -f build-fuzz/build.ninja ]; then
    CC=clang meson setup build-fuzz -Dbuildtype=debugoptimized \
        -Db_sanitize=address,undefined -Db_lundef=false \
        -Dc_args=-fsanitize=fuzzer-no-link >/dev/null
fi
if [ $# -eq 0 ]; then
    for folder in tests/fuzz/corpus/*/; do
        set -- "$@" "$(basename "$folder")"
    done
fi
for target in "$@"; do
    program=tests/fuzz/fuzz-${target//_/-}
    ninja -C build-fuzz "$program" >/dev/null
    mkdir -p "build-fuzz/found/$target"
    echo "fuzz: $target, $seconds seconds"
    "build-fuzz/$program" "-max_total_time=$seconds" -rss_limit_mb=3000 \
        -timeout=30 -print_final_stats=1 "-artifact_prefix=build-fuzz/found/$target-" \
        "build-fuzz/found/$target" "tests/fuzz/corpus/$target" 2>&1 | tail -n 8
done

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Computes the expression basis from portraits and clips and draws it.
# usage: tools/basis.sh TOOL OUT [MEDIA]
set -euo pipefail
cd "$(dirname "$0")/.."
tool=$1
out=$2
media=${3:-${BAUTA_MEDIA:-../shared/media}}
export BAUTA_MODELS=${BAUTA_MODELS:-$PWD/deps/models}
runtime=$PWD/deps/onnxruntime/lib/libonnxruntime.so.1
if [ -z "${BAUTA_RUNTIME:-}" ] && [ -e "$runtime" ]; then
    export BAUTA_RUNTIME=$runtime
fi
mkdir -p "$out"
"$tool" collect "$media" "$out/samples.bin"
"$tool" make "$out/samples.bin" src/canon/expression.tsv
"$tool" judge "$out/samples.bin" >"$out/basis.txt"
"$tool" draw "$out/samples.bin" "$out"
echo "src/canon/expression.tsv is written; $out/basis.txt and $out/*.png show it"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures the replaced faces on the media folder's portraits and clips.
# usage: tools/quality.sh PROGRAM OUT_FOLDER [--full] [--update]
set -euo pipefail
program=$1
out=$2
shift 2
here=$(cd "$(dirname "$0")/.." && pwd)
media=${BAUTA_MEDIA:-$here/../shared/media}
if [ ! -d "$media/portraits" ] || [ ! -d "$media/clips" ]; then
    echo "quality: no portraits and clips in $media; BAUTA_MEDIA names their folder" >&2
    exit 1
fi
mkdir -p "$out"
"$program" "$@" "$media" "$out" "$here/docs/quality.md"
echo
echo "quality: $out/quality.txt and $out/quality.json hold the tables, $out/quality/ a"
echo "quality: contact sheet of each pair: the photo, then input above output"

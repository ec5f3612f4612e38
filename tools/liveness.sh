#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: tools/liveness.sh BAUTA LIVENESS MEDIA FOLDER
# Makes our own output of three clips, where it is not there yet, and measures what bauta
# liveness lets through. The tables go to standard output and FOLDER/tables.md.
set -euo pipefail
bauta=$1 liveness=$2 media=$3 folder=$4
if [ ! -d "$media/portraits" ]; then
    echo "liveness: $media/portraits: no such folder; MEDIA= names the media" >&2
    exit 1
fi
mkdir -p "$folder"
for clip in webcam-400x300 foreman-352x288 hello-1280x720; do
    [ -e "$folder/own-$clip.mp4" ] ||
        "$bauta" swap --quiet -f "$media/portraits/005.jpg" --consent licensed:CC0 \
            -i "$media/clips/$clip.mp4" -o "$folder/own-$clip.mp4"
done
"$liveness" "$media" "$folder" | tee "$folder/tables.md"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the face of NASA's portrait of Eileen Collins on the man in the demo's video.
# usage: tools/demo.sh PROGRAM OUT_FOLDER
set -euo pipefail
program=$1
out=$2
here=$(cd "$(dirname "$0")/.." && pwd)
photo=$here/deps/demo/astronaut.png
film=$here/deps/demo/hello.mp4
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "demo: cutting the webcam picture out of the screen recording"
ffmpeg -v error -y -nostdin -i "$film" \
    -vf 'crop=254:190:114:82,scale=762:570:flags=lanczos' \
    -c:v libx264 -crf 12 -preset veryfast -c:a copy "$work/input.mp4"

echo "demo: replacing the face"
"$program" swap -f "$photo" --consent licensed:NASA -i "$work/input.mp4" \
    -o "$out/demo.mp4" --force --json "$out/demo.json"

# The photo, and six moments: before above after, cut so that face and label are in.
cut='crop=560:420:202:0,scale=336:252:flags=lanczos'
n=0
for t in 0.5 1.6 2.9 4.2 5.6 7.3; do
    for picture in "a $work/input.mp4" "b $out/demo.mp4"; do
        ffmpeg -v error -y -nostdin -ss "$t" -i "${picture#* }" -frames:v 1 -vf "$cut" \
            "$work/${picture%% *}$n.png"
    done
    n=$((n + 1))
done
ffmpeg -v error -y -nostdin -i "$photo" \
    -vf 'scale=-2:1008:flags=lanczos,crop=380:1008:170:0,pad=400:1008:0:0:white' "$work/p.png"
ffmpeg -v error -y -nostdin -i "$work/p.png" \
    -i "$work/a0.png" -i "$work/a1.png" -i "$work/a2.png" \
    -i "$work/b0.png" -i "$work/b1.png" -i "$work/b2.png" \
    -i "$work/a3.png" -i "$work/a4.png" -i "$work/a5.png" \
    -i "$work/b3.png" -i "$work/b4.png" -i "$work/b5.png" \
    -filter_complex '[1][2][3]hstack=3[r1];[4][5][6]hstack=3[r2];[7][8][9]hstack=3[r3];[10][11][12]hstack=3[r4];[r1][r2][r3][r4]vstack=4[r];[0][r]hstack=2' \
    "$work/sheet.png"
mv "$work/sheet.png" "$out/demo.png"

cat <<END
demo: $out/demo.mp4   the video with the face replaced and labelled, sound kept
demo: $out/demo.png   the photo, and six moments before and after
demo: photo: Eileen Collins, NASA, public domain (from Debian's python3-imageio)
demo: video: Joao Eriberto Mota Filho, CC BY-SA 4.0 (from Debian's
demo:        forensics-samples-files); the results are under CC BY-SA 4.0 too
END

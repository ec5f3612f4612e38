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

# The photo, then six moments before (above) and after (below).
moments="0.5 1.6 2.9 4.2 5.6 7.3"
n=0
for t in $moments; do
    ffmpeg -v error -y -nostdin -ss "$t" -i "$work/input.mp4" -frames:v 1 "$work/a$n.png"
    ffmpeg -v error -y -nostdin -ss "$t" -i "$out/demo.mp4" -frames:v 1 "$work/b$n.png"
    ffmpeg -v error -y -nostdin -i "$work/a$n.png" -i "$work/b$n.png" \
        -filter_complex '[0][1]vstack,scale=320:480:flags=lanczos' \
        "$work/c$n.png"
    n=$((n + 1))
done
ffmpeg -v error -y -nostdin -i "$photo" -vf 'scale=-2:480:flags=lanczos,crop=320:480' "$work/p.png"
ffmpeg -v error -y -nostdin -i "$work/p.png" -i "$work/c0.png" -i "$work/c1.png" \
    -i "$work/c2.png" -i "$work/c3.png" -i "$work/c4.png" -i "$work/c5.png" \
    -filter_complex 'hstack=inputs=7' "$work/sheet.png"
mv "$work/sheet.png" "$out/demo.png"

cat <<END
demo: $out/demo.mp4   the video with the face replaced and labelled, sound kept
demo: $out/demo.png   the photo, and six moments before and after
demo: photo: Eileen Collins, NASA, public domain (from Debian's python3-imageio)
demo: video: Joao Eriberto Mota Filho, CC BY-SA 4.0 (from Debian's
demo:        forensics-samples-files); the results are under CC BY-SA 4.0 too
END

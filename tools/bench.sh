#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Times the path at 720p and 1080p, the latter with a face 400 pixels wide and the former
# with one as large as a webcam user's, beside the face nets and a net of the cost of the
# generator that other programs run on every frame. Each is the fastest of some rounds.
# usage: tools/bench.sh PROGRAM [SECONDS_OF_VIDEO]
set -euo pipefail
program=$1
seconds=${2:-8}
here=$(cd "$(dirname "$0")/.." && pwd)
media=${BAUTA_MEDIA:-$here/../shared/media}
photo=$here/deps/demo/astronaut.png
film=$media/clips/webcam-400x300.mp4
crop=
if [ ! -f "$film" ]; then
    film=$here/deps/demo/hello.mp4
    crop='crop=254:190:114:82,'
    echo "bench: no clips in $media: the demo's is used"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
generator=$work/generator.onnx
python3 "$here/tools/onnx/generator_cost.py" "$generator" >/dev/null
for size in 1280x720 1920x1080; do
    width=${size%x*}
    height=${size#*x}
    # The face is 92 pixels wide in a picture of 400 by 300.
    wide=$((height * 4 / 3))
    [ "$size" = 1920x1080 ] && wide=1728
    ffmpeg -v error -y -nostdin -i "$film" -t "$seconds" -an \
        -vf "${crop}scale=$wide:$((wide * 3 / 4)):flags=bicubic,crop=$wide:$height,pad=$width:$height:(ow-iw)/2:0" \
        -c:v libx264 -preset ultrafast -crf 14 -pix_fmt yuv420p "$work/$size.mp4"
    echo
    echo "== $size, $(basename "$film")"
    "$program" bench -f "$photo" --consent licensed:NASA -i "$work/$size.mp4" \
        --frames 150 --rounds 3 --net "$generator"
done

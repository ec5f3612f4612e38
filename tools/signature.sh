#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The table of docs/signature.md: motion signatures of the halves of each clip, judged on
# each other and on what bauta swap makes of the clips.
# usage: signature.sh BUILD OUT [MEDIA [WINDOW [STEP]]]
set -eu
build=$1 out=$2 media=${3:-${BAUTA_MEDIA:-../shared/media}} window=${4:-2} step=${5:-.25}
clips="$media/clips"
[ -f "$clips/webcam-400x300.mp4" ] || { echo "$clips: holds no clips" >&2; exit 4; }
export BAUTA_MODELS="${BAUTA_MODELS:-deps/models}"
mkdir -p "$out"
swap() { # FACE CONSENT CLIP NAME
    [ -f "$out/$4.mp4" ] || "$build/cli/bauta" swap --quiet --force -f "$1" --consent "$2" \
        -i "$3" -o "$out/$4.mp4"
}
ffmpeg -v error -y -i "$clips/webcam-400x300.mp4" -frames:v 1 "$out/webcam.png"
ffmpeg -v error -y -i "$clips/hello-1280x720.mp4" -frames:v 1 -vf crop=254:190:114:82 \
    "$out/hello.png"
# Somebody else's face on the person, and the person's face on somebody else.
swap "$media/portraits/005.jpg" licensed:CC0 "$clips/webcam-400x300.mp4" webcam-wears-005
swap "$media/portraits/005.jpg" licensed:CC0 "$clips/hello-1280x720.mp4" hello-wears-005
swap "$out/hello.png" licensed:CC-BY-SA-4.0 "$clips/webcam-400x300.mp4" webcam-wears-hello
swap "$out/webcam.png" licensed:MIT "$clips/hello-1280x720.mp4" hello-wears-webcam
set --
for name in webcam-400x300 hello-1280x720 foreman-352x288 glasses-1280x720 two-people-320x192; do
    set -- "$@" "${name%-*}=$clips/$name.mp4"
done
for name in webcam-wears-005 hello-wears-005 webcam-wears-hello hello-wears-webcam; do
    set -- "$@" "$name=$out/$name.mp4"
done
exec "$build/tools/signature/signature" "$window" "$step" "$@"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
export LC_ALL=C

usage() {
    cat <<'END'
usage: tools/setup.sh [--list | STEP...]
Brings what the build needs. Without a step: packages runtime models. What is already
there is left alone, and then nothing is asked of the network.

  packages  installs the missing Debian packages with apt-get (as root or through sudo);
            BAUTA_SETUP_SKIP_PACKAGES=1 leaves them to you
  runtime   ONNX Runtime: the system's, from 1.17 on, or else the library and headers in
            an npm package (150 MB to fetch, 30 MB kept) in deps/onnxruntime
  models    face detector, face mesh and canonical face from an npm package (7 MB), and
            the content gate's net from another (25 MB), in deps/models, converted to ONNX
  quality   only on request: FaceRes out of an npm package (29 MB to fetch, 20 MB kept) in
            deps/models, converted from TensorFlow.js; --map photo: knows people by it, and
            make quality measures with it
  demo      only on request: a portrait and a clip out of two Debian packages (33 MB to
            fetch, 5 MB kept) in deps/demo
  v4l2-test only on request: qemu, and Debian's kernel with a test camera and a loopback
            device (90 MB to fetch, 12 MB kept) in deps/v4l2; tests/v4l2 boots it
  c2pa-test only on request: three npm packages of other people's that read and write
            manifests (30 MB to fetch, 90 MB kept) in deps, for tests/c2pa
END
}

# One line a package: its name and what it is for.
packages=(
    "build-essential|the C compiler, its headers and make"
    "meson|the build system"
    "ninja-build|runs the build"
    "pkg-config|finds the libraries"
    "python3|converts the models"
    "libavformat-dev|reads and writes media files"
    "libavcodec-dev|decodes and encodes pictures"
    "libavutil-dev|what the two above share"
    "libswscale-dev|converts pixel formats"
    "libswresample-dev|converts sound for containers that hold another kind"
    "libfreetype-dev|draws the label"
    "libturbojpeg0-dev|decodes the motion JPEG of cameras"
    "libpipewire-0.3-dev|reads cameras, shows frames as a virtual camera"
    "libsdl2-dev|shows the window"
    "libinih-dev|reads the manifests of models that users bring"
    "libssl-dev|signs and verifies the manifest"
    "libqrencode-dev|draws the QR codes by which people pair"
    "oathtool|computes the same steps of time in a test"
    "zbar-tools|reads the QR codes in a test"
    "fonts-dejavu-core|the font of the label"
    "ca-certificates|lets npm check whom it talks to"
    "binutils|lists exported symbols in a test"
    "ffmpeg|makes clips for the tests and the demo"
    "pipewire|carries frames in a test"
    "wireplumber|links cameras and readers in a test"
    "dbus|gives that test a session of its own"
    "gstreamer1.0-pipewire|reads the virtual camera in a test, and makes cameras for it"
    "gstreamer1.0-tools|runs those"
    "gstreamer1.0-plugins-base|what those are made of"
    "xvfb|a display for a test of the window"
    "xdotool|presses keys in it"
    "openbox|manages that window"
    "xz-utils|unpacks Debian packages"
)

runtime_package=com.github.asus4.onnxruntime@0.4.9
runtime_tarball=com.github.asus4.onnxruntime-0.4.9.tgz
runtime_sha512=064cf176e499f4891e0cfe90f25cf64c553689eee1492bd2ed921fccca28131a2ad02373267bae19a509ec8b288c182a3b8a2e0f58d76a1f0e63225b08ddbd16
runtime_library=package/Plugins/Linux/x64/libonnxruntime.so
runtime_headers=package/Plugins/iOS~/onnxruntime.xcframework/ios-arm64/onnxruntime.framework/Headers

models_package=@mediapipe/face_mesh@0.4.1657299874
models_tarball=mediapipe-face_mesh-0.4.1657299874.tgz
models_sha512=25dcdafbbec78c31f8490ebf0c06269ca518761d9f53519b86e1aa5d96e42b9ae724aa592d97b92907899b052af5d9a462408f4aae287bdbe672ebde44fa706a
models_data=package/face_mesh_solution_packed_assets.data

# Four files lie end to end in the data file: name, first byte, length, SHA-256.
slices=(
    "src/face_landmark_with_attention.tflite 0 2495952 883b7411747bac657c30c462d305d312e9dec6adbf8b85e2f5d8d722fca9455d"
    "src/face_landmark.tflite 2495952 1241896 c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1"
    "canonical_face.binarypb 3737848 19376 bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4"
    "src/face_detection_short_range.tflite 3757224 229032 3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"
)

# The nets that become ONNX files: names there and here, names of the outputs.
nets=(
    "face_detection_short_range face_detection_short_range boxes,scores"
    "face_landmark face_landmark landmarks,presence"
    "face_landmark_with_attention face_landmark_attention landmarks,lips,left_eye,right_eye,left_iris,right_iris,presence"
)

# The content gate's net: two scripts in an npm package, name and SHA-256 of each.
content_package=nsfwjs@4.3.0
content_tarball=nsfwjs-4.3.0.tgz
content_sha512=593283b5ed2fa755fdecdd61df83fbf46fe11beb154f7f939c3cfd762d56b1e20947ddefd75138be2357ed583d5ac3ba1d8a11efbd8dceada233c8e8dd7059fa
content_files=(
    "model.min.js c32f104fd562b08cdff5ed69dfe1209643afa47e792fb12751d2949aa61a397a"
    "group1-shard1of1.min.js ef2e0a63f7d2c4960b37b024b669313f65d3c45cd59e9042636c55b39de53517"
)

quality_package=@vladmandic/human@3.3.6
quality_tarball=vladmandic-human-3.3.6.tgz
quality_sha512=36be663dfab5810fae29e5d8e6e337163f14c6f179084876b3ab71339c114e1a9a5b4985f61ba8a0eb994ab4fc8611a1a348466972c5740c1f0ffdbeb5e0afe8
# Name of the file in the package, SHA-256.
quality_files=(
    "faceres.json 5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df"
    "faceres.bin 2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b"
)

# Name here, Debian package, path in it, SHA-512.
demo_files=(
    "astronaut.png python3-imageio usr/lib/python3/dist-packages/imageio/resources/images/astronaut.png 4eec95f31b749465cb8c5f40ff55fabbcdc8a83311ddfd87487c134bc42a34a5fefd58f3da7ffe21c40695dec26c0a855bf7197c95e2900763d48b67920fbfed"
    "hello.mp4 forensics-samples-files usr/share/forensics-samples/original-files/movie2/movie-hello.mp4 2dc48908c50f5636e2d74a63e57087529258db9e2c886e2d7d28a3354d6595029be299cfd2d7b32e69e933b635f53ede9e4ca21124265f49add49c4b8c8a729d"
)

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/deps
cache=$deps/cache
tmp=$deps/tmp

say() { printf '%s\n' "set-up: $*"; }

fail() {
    printf '%s\n' "set-up: $*" >&2
    exit 1
}

# check TOOL FILE EXPECTED WHAT_TO_DO: stops where the file is not the one that is pinned.
check() {
    local found
    found=$("$1" <"$2")
    found=${found%% *}
    [ "$found" = "$3" ] || fail "$2 is not the file that was expected.
  expected $3
  found    $found
  $4"
}

# same FILE SHA256: says whether the file is there and whole.
same() {
    [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status 2>/dev/null
}

# apt ARGUMENT...: apt-get as root, its many lines in a log that is shown on failure only.
apt() {
    local sudo=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            fail "neither root nor sudo: run as root: apt-get $*"
        sudo=(sudo)
    fi
    if "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q \
        -o Acquire::Retries=3 "$@" >"$deps/apt.log" 2>&1 9>&-; then
        rm -f "$deps/apt.log"
        return
    fi
    tail -n 20 "$deps/apt.log" >&2
    fail "apt-get $1 failed: look at the network, at /etc/apt/sources.list and at
  $deps/apt.log"
}

apt_install() {
    apt update
    apt install -y --no-install-recommends "$@"
}

step_packages() {
    if [ "${BAUTA_SETUP_SKIP_PACKAGES:-}" = 1 ]; then
        return
    fi
    local entry missing=() have
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is not a Debian system. Install what these Debian packages hold:"
        for entry in "${packages[@]}"; do
            printf '  %-20s %s\n' "${entry%%|*}" "${entry#*|}"
        done
        fail "then run this again with BAUTA_SETUP_SKIP_PACKAGES=1"
    fi
    have=$(dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' "${packages[@]%%|*}" \
        2>/dev/null) || true
    for entry in "${packages[@]}"; do
        case $'\n'$have in
            *$'\n'"${entry%%|*} ii "*) ;;
            *) missing+=("$entry") ;;
        esac
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "these packages are missing and will be installed:"
    for entry in "${missing[@]}"; do
        printf '  %-20s %s\n' "${entry%%|*}" "${entry#*|}"
    done
    apt_install "${missing[@]%%|*}"
}

need_npm() {
    if command -v npm >/dev/null; then
        return
    fi
    if [ "${BAUTA_SETUP_SKIP_PACKAGES:-}" = 1 ] || ! command -v apt-get >/dev/null; then
        fail "npm is missing: install Node.js with npm, then run this again"
    fi
    local version
    if command -v node >/dev/null; then
        version=$(dpkg-query -W -f '${Version}' nodejs 2>/dev/null) || true
        case $version in
            *dfsg*) ;;
            *) fail "node is here ($(command -v node)) but npm is not, and Debian's npm
  conflicts with another vendor's Node.js. Install the npm that belongs to that
  Node.js, or remove it; then run this again." ;;
        esac
    fi
    say "npm is missing; nodejs and npm will be installed to fetch ${1}"
    apt_install nodejs npm ca-certificates
}

# fetch PACKAGE TARBALL SHA512 SIZE: the tarball lies in deps/cache when this returns.
fetch() {
    local file=$cache/$2
    if [ ! -f "$file" ]; then
        need_npm "$1"
        say "fetching $1 ($4)"
        mkdir -p "$cache" "$tmp/fetch"
        (cd "$tmp/fetch" && npm_config_cache=$tmp/npm npm_config_update_notifier=false \
            npm pack "$1" --loglevel=error >/dev/null 9>&-) ||
            fail "npm could not fetch $1: look at the network and run this again"
        [ -f "$tmp/fetch/$2" ] || fail "npm fetched $1, but not as $2"
        mv "$tmp/fetch/$2" "$file"
        rm -rf "$tmp/npm"
    fi
    check sha512sum "$file" "$3" "If the download was damaged, delete the file and run \
this again. If it comes
  back the same, the package in the registry has changed: do not use it."
}

step_runtime() {
    if pkg-config --exists 'libonnxruntime >= 1.17' 2>/dev/null; then
        return
    fi
    local to=$deps/onnxruntime
    if [ "$(cat "$to/stamp" 2>/dev/null)" = "$runtime_sha512" ] &&
        [ -f "$to/lib/libonnxruntime.so.1" ] && [ -f "$to/include/onnxruntime_c_api.h" ]
    then
        return
    fi
    if [ "$(uname -sm)" != "Linux x86_64" ]; then
        fail "no ONNX Runtime is known for $(uname -sm): install 1.17 or newer so that
  pkg-config finds libonnxruntime"
    fi
    fetch "$runtime_package" "$runtime_tarball" "$runtime_sha512" "150 MB"
    say "unpacking ONNX Runtime to deps/onnxruntime"
    mkdir -p "$tmp/runtime" "$tmp/onnxruntime/lib" "$tmp/onnxruntime/include"
    local header headers=(onnxruntime_c_api.h onnxruntime_ep_c_api.h
        onnxruntime_error_code.h)
    tar -xzf "$cache/$runtime_tarball" -C "$tmp/runtime" --no-same-owner \
        "$runtime_library" "${headers[@]/#/$runtime_headers/}" \
        package/LICENSE package/ThirdPartyNotices.txt
    for header in "${headers[@]}"; do
        mv "$tmp/runtime/$runtime_headers/$header" "$tmp/onnxruntime/include/"
    done
    mv "$tmp/runtime/$runtime_library" "$tmp/onnxruntime/lib/libonnxruntime.so.1"
    mkdir -p "$deps/licenses"
    mv "$tmp/runtime/package/LICENSE" "$deps/licenses/onnxruntime-LICENSE"
    mv "$tmp/runtime/package/ThirdPartyNotices.txt" \
        "$deps/licenses/onnxruntime-ThirdPartyNotices.txt"
    chmod -R u=rwX,go=rX "$tmp/onnxruntime" "$deps/licenses"
    printf '%s\n' "$runtime_sha512" >"$tmp/onnxruntime/stamp"
    rm -rf "$to"
    mv "$tmp/onnxruntime" "$to"
    rm -f "$cache/$runtime_tarball"
}

# Cuts the four files out of the npm package where one is missing or damaged.
cut_slices() {
    local slice name start length sum whole=1
    for slice in "${slices[@]}"; do
        read -r name start length sum <<<"$slice"
        same "$deps/models/$name" "$sum" || whole=0
    done
    [ $whole = 0 ] || return 0
    fetch "$models_package" "$models_tarball" "$models_sha512" "7 MB"
    mkdir -p "$tmp/models/src" "$deps/models/src" "$deps/licenses"
    tar -xzf "$cache/$models_tarball" -C "$tmp/models" --no-same-owner \
        "$models_data" package/package.json
    for slice in "${slices[@]}"; do
        read -r name start length sum <<<"$slice"
        dd if="$tmp/models/$models_data" of="$tmp/models/$name" bs=64K status=none \
            iflag=skip_bytes,count_bytes skip="$start" count="$length"
        check sha256sum "$tmp/models/$name" "$sum" "The offsets in this script do not \
belong to this package."
        mv "$tmp/models/$name" "$deps/models/$name"
    done
    # The package names its licence, Apache-2.0, in this file only.
    mv "$tmp/models/package/package.json" \
        "$deps/licenses/mediapipe-face_mesh-package.json"
    chmod -R u=rwX,go=rX "$deps/models" "$deps/licenses"
    rm -f "$cache/$models_tarball"
}

# Takes the content classes out of their npm package where they are missing or damaged.
take_content() {
    local entry name sum whole=1
    for entry in "${content_files[@]}"; do
        read -r name sum <<<"$entry"
        same "$deps/models/src/content/$name" "$sum" || whole=0
    done
    [ $whole = 0 ] || return 0
    fetch "$content_package" "$content_tarball" "$content_sha512" "25 MB"
    mkdir -p "$tmp/content" "$deps/models/src/content" "$deps/licenses"
    tar -xzf "$cache/$content_tarball" -C "$tmp/content" --no-same-owner \
        --strip-components=1 package/LICENSE package/dist/models/mobilenet_v2
    for entry in "${content_files[@]}"; do
        read -r name sum <<<"$entry"
        check sha256sum "$tmp/content/dist/models/mobilenet_v2/$name" "$sum" "The hash in \
this script does not belong to this package."
        mv "$tmp/content/dist/models/mobilenet_v2/$name" "$deps/models/src/content/$name"
    done
    mv "$tmp/content/LICENSE" "$deps/licenses/nsfwjs-LICENSE"
    chmod -R u=rwX,go=rX "$deps/models" "$deps/licenses"
    rm -f "$cache/$content_tarball"
}

step_models() {
    cut_slices
    take_content
    # The ONNX files depend on the slices, the importer and the list; the stamp names the
    # latter two.
    local importer net name target outputs files=(content.onnx)
    importer=$({ cat "$root"/tools/onnx/*.py && printf '%s\n' "${nets[@]}" "${content_files[@]}"; } | sha256sum)
    importer=${importer%% *}
    if [ "$(cat "$deps/models/stamp" 2>/dev/null)" = "$importer" ] &&
        (cd "$deps/models" && sha256sum --check --status SHA256SUMS 2>/dev/null); then
        return
    fi
    rm -f "$deps/models/stamp"
    for net in "${nets[@]}"; do
        read -r name target outputs <<<"$net"
        say "converting deps/models/src/$name.tflite to ONNX"
        python3 -B "$root/tools/onnx/import_tflite.py" --name "$target" \
            --outputs "$outputs" "$deps/models/src/$name.tflite" \
            "$deps/models/$target.onnx" || fail "the conversion of $name failed"
        files+=("$target.onnx")
    done
    say "converting deps/models/src/content to ONNX"
    python3 -B "$root/tools/onnx/import_keras.py" --name content --output classes \
        "$deps/models/src/content/model.min.js" \
        "$deps/models/src/content/group1-shard1of1.min.js" \
        "$deps/models/content.onnx" || fail "the conversion of the content classes failed"
    (cd "$deps/models" && sha256sum "${files[@]}" | tee SHA256SUMS)
    printf '%s\n' "$importer" >"$tmp/stamp"
    mv "$tmp/stamp" "$deps/models/stamp"
}

step_quality() {
    local entry name sum whole=1 importer
    for entry in "${quality_files[@]}"; do
        read -r name sum <<<"$entry"
        same "$deps/models/src/$name" "$sum" || whole=0
    done
    if [ $whole = 0 ]; then
        fetch "$quality_package" "$quality_tarball" "$quality_sha512" "29 MB"
        mkdir -p "$tmp/quality" "$deps/models/src" "$deps/licenses"
        tar -xzf "$cache/$quality_tarball" -C "$tmp/quality" --no-same-owner \
            --strip-components=1 package/LICENSE \
            package/models/faceres.json package/models/faceres.bin
        for entry in "${quality_files[@]}"; do
            read -r name sum <<<"$entry"
            check sha256sum "$tmp/quality/models/$name" "$sum" "The hash in this script \
does not belong to this package."
            mv "$tmp/quality/models/$name" "$deps/models/src/$name"
        done
        mv "$tmp/quality/LICENSE" "$deps/licenses/human-LICENSE"
        chmod -R u=rwX,go=rX "$deps/models" "$deps/licenses"
        rm -f "$cache/$quality_tarball"
    fi
    importer=$(cat "$root"/tools/onnx/*.py | sha256sum)
    importer=${importer%% *}
    if [ "$(head -n 1 "$deps/models/stamp-quality" 2>/dev/null)" = "$importer" ] &&
        same "$deps/models/faceres.onnx" "$(tail -n 1 "$deps/models/stamp-quality")"; then
        return
    fi
    say "converting deps/models/src/faceres.json to ONNX"
    python3 -B "$root/tools/onnx/import_tfjs.py" --name faceres --size 224 \
        --node global_pooling/Mean --output embedding "$deps/models/src/faceres.json" \
        "$deps/models/src/faceres.bin" "$deps/models/faceres.onnx" ||
        fail "the conversion of faceres failed"
    sum=$(cd "$deps/models" && sha256sum faceres.onnx)
    printf '%s\n' "$sum"
    printf '%s\n%s\n' "$importer" "${sum%% *}" >"$tmp/stamp"
    mv "$tmp/stamp" "$deps/models/stamp-quality"
}

step_demo() {
    local entry name package path sum
    for entry in "${demo_files[@]}"; do
        read -r name package path sum <<<"$entry"
        if [ -f "$deps/demo/$name" ] &&
            printf '%s  %s\n' "$sum" "$deps/demo/$name" | sha512sum --check --status
        then
            continue
        fi
        command -v apt-get >/dev/null ||
            fail "the demo's $name comes from Debian's package $package: no apt-get here"
        case $(apt-cache policy "$package" 2>/dev/null) in
            *"Candidate: "[0-9]*) ;;
            *) apt update ;;
        esac
        say "fetching deps/demo/$name out of the Debian package $package"
        mkdir -p "$tmp/demo" "$deps/demo"
        # Root may write here, apt's own user may not: it stays root for this download.
        (cd "$tmp/demo" && apt-get -q -o APT::Sandbox::User=root \
            -o Acquire::Retries=3 download "$package" >/dev/null) ||
            fail "apt-get could not download $package"
        dpkg -x "$tmp/demo/$package"_*.deb "$tmp/demo/$package"
        [ -f "$tmp/demo/$package/$path" ] || fail "$package no longer holds $path"
        check sha512sum "$tmp/demo/$package/$path" "$sum" "Debian's package has changed; \
the demo needs the file that is pinned here."
        install -m 644 "$tmp/demo/$package/usr/share/doc/$package/copyright" \
            "$tmp/demo/copyright"
        mkdir -p "$deps/licenses"
        mv "$tmp/demo/copyright" "$deps/licenses/$package-copyright"
        chmod 644 "$tmp/demo/$package/$path"
        mv "$tmp/demo/$package/$path" "$deps/demo/$name"
    done
}

step_c2pa-test() {
    # shellcheck source=tools/setup_c2pa.sh
    . "$root/tools/setup_c2pa.sh"
    c2pa_reference
    c2pa_writer
    c2pa_second
}

step_v4l2-test() {
    command -v qemu-system-x86_64 >/dev/null || apt_install qemu-system-x86
    [ ! -f "$deps/v4l2/modules/order" ] || return 0
    say "building the machine of tests/v4l2 in deps/v4l2"
    "$root/tools/v4l2_test.sh" "$deps/v4l2" || fail "the step v4l2-test failed"
}

main() {
    local step
    case ${1:-} in
        --list | --help | -h)
            usage
            return
            ;;
    esac
    [ $# -gt 0 ] || set -- packages runtime models
    for step in "$@"; do
        case $step in
            packages | runtime | models | quality | demo | v4l2-test | c2pa-test) ;;
            *)
                usage >&2
                fail "there is no step \"$step\""
                ;;
        esac
    done
    mkdir -p "$deps"
    if command -v flock >/dev/null; then
        exec 9>"$deps/.lock"
        flock -n 9 || fail "another run is at work (it holds $deps/.lock)"
    fi
    rm -rf "$tmp"
    trap 'rm -rf "$tmp"; rmdir "$cache" 2>/dev/null || true' EXIT
    mkdir -p "$tmp"
    for step in "$@"; do
        "step_$step"
    done
    say complete
}

main "$@"

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Read by tools/setup.sh in its step c2pa-test: other people's readers and writers of
# manifests, which tests/c2pa compares ours with.

# The reference validator of manifests, for tests.
c2pa_package=@contentauth/c2pa-wasm@0.13.3
c2pa_tarball=contentauth-c2pa-wasm-0.13.3.tgz
c2pa_sha512=9c05d1b8e67e238fa8fa6ebd648e3daf5daaa1d6b90319732f6bc200926e55d9326de6d04d48544f7aeeca184835a7212ad3fe9e743e889e342899e38d94b09c

# One of other people's writers, of which only the native module is needed.
c2pa_node_package=@contentauth/c2pa-node@0.5.5
c2pa_node_tarball=contentauth-c2pa-node-0.5.5.tgz
c2pa_node_sha512=db5304a2e074c853ff67522fc0aef76d4079daccee3bdc2df918e9ac193b9d3b8488f921a39dd94d9d5fd2ca40fde33ea4361dade11efce267291bbb1497987d

c2pa_reference() {
    local to=$deps/c2pa-wasm
    [ "$(cat "$to/stamp" 2>/dev/null)" = "$c2pa_sha512" ] && return
    fetch "$c2pa_package" "$c2pa_tarball" "$c2pa_sha512" "3.4 MB"
    mkdir -p "$tmp/c2pa" "$deps/licenses"
    tar -xzf "$cache/$c2pa_tarball" -C "$tmp/c2pa" --no-same-owner --strip-components=1
    mv "$tmp/c2pa/LICENSE" "$deps/licenses/c2pa-wasm-LICENSE"
    chmod -R u=rwX,go=rX "$tmp/c2pa" "$deps/licenses"
    printf '%s\n' "$c2pa_sha512" >"$tmp/c2pa/stamp"
    rm -rf "$to"
    mv "$tmp/c2pa" "$to"
    rm -f "$cache/$c2pa_tarball"
}

c2pa_writer() {
    local to=$deps/c2pa-node
    [ "$(cat "$to/stamp" 2>/dev/null)" = "$c2pa_node_sha512" ] && return
    fetch "$c2pa_node_package" "$c2pa_node_tarball" "$c2pa_node_sha512" "23 MB"
    mkdir -p "$tmp/c2pa-node" "$deps/licenses"
    tar -xzf "$cache/$c2pa_node_tarball" -C "$tmp/c2pa-node" --no-same-owner \
        --strip-components=1 package/LICENSE package/dist/index.node
    mv "$tmp/c2pa-node/LICENSE" "$deps/licenses/c2pa-node-LICENSE"
    chmod -R u=rwX,go=rX "$tmp/c2pa-node" "$deps/licenses"
    printf '%s\n' "$c2pa_node_sha512" >"$tmp/c2pa-node/stamp"
    rm -rf "$to"
    mv "$tmp/c2pa-node" "$to"
    rm -f "$cache/$c2pa_node_tarball"
}

# Another reader with what it needs, at the versions of a lock file.
c2pa_second() {
    local to=$deps/c2pa-ts from=$root/tests/c2pa/others lock
    lock=$(sha512sum <"$from/package-lock.json")
    [ "$(cat "$to/stamp" 2>/dev/null)" = "$lock" ] && return
    need_npm @trustnxt/c2pa-ts
    say "fetching @trustnxt/c2pa-ts and 27 packages (3 MB)"
    mkdir -p "$tmp/c2pa-ts"
    cp "$from/package.json" "$from/package-lock.json" "$tmp/c2pa-ts"
    (cd "$tmp/c2pa-ts" && npm_config_cache=$tmp/npm npm_config_update_notifier=false \
        npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error \
        >/dev/null 9>&-) ||
        fail "npm could not fetch @trustnxt/c2pa-ts: look at the network and run this again"
    printf '%s\n' "$lock" >"$tmp/c2pa-ts/stamp"
    rm -rf "$to"
    mv "$tmp/c2pa-ts" "$to"
}

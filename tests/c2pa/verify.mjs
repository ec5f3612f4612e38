// SPDX-License-Identifier: Apache-2.0
// What the reference validator says of files, a line of JSON each.
// usage: node verify.mjs FOLDER-OF-C2PA-WASM ANCHORS.pem|- FILE...
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { extname } from 'node:path';

const [folder, anchors, ...files] = process.argv.slice(2);
const types = {
    '.jpg': 'image/jpeg', '.png': 'image/png', '.mp4': 'video/mp4', '.mov': 'video/quicktime',
};
const { default: init, WasmReader } = await import(pathToFileURL(`${folder}/pkg/c2pa.js`));
await init({ module_or_path: readFileSync(`${folder}/pkg/c2pa_bg.wasm`) });
const settings = {
    verify: { verify_trust: true, remote_manifest_fetch: false, ocsp_fetch: false },
};
if (anchors !== '-')
    settings.trust = { trust_anchors: readFileSync(anchors, 'utf8') };
for (const file of files) {
    const out = { file };
    try {
        const reader = await WasmReader.fromBytes(
            types[extname(file)], new Uint8Array(readFileSync(file)), JSON.stringify(settings));
        const report = JSON.parse(reader.json());
        out.state = report.validation_state;
        const active = report.manifests?.[report.active_manifest];
        out.title = active?.title;
        out.assertions = Object.fromEntries(
            (active?.assertions ?? []).map((a) => [a.label, a.data]));
        out.ingredients = active?.ingredients;
        out.failures = (report.validation_results?.activeManifest?.failure ?? [])
            .map((f) => `${f.code} ${f.explanation ?? ''}`);
    } catch (error) {
        out.state = 'none';
        out.error = String(error?.message ?? error);
    }
    console.log(JSON.stringify(out));
}

// SPDX-License-Identifier: Apache-2.0
// What a second reader says of JPEG and PNG files, a line of JSON each.
// usage: node second.mjs FOLDER-OF-C2PA-TS FILE...
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const at = (part) => pathToFileURL(
    `${folder}/node_modules/@trustnxt/c2pa-ts/dist/${part}/index.js`);
const { JPEG, PNG } = await import(at('asset'));
const { SuperBox } = await import(at('jumbf'));
const { ManifestStore, ValidationResult } = await import(at('manifest'));
for (const file of files) {
    let result;
    try {
        const bytes = readFileSync(file);
        const asset = JPEG.canRead(bytes) ? new JPEG(bytes) : new PNG(bytes);
        const store = ManifestStore.read(SuperBox.fromBuffer(asset.getManifestJUMBF()));
        result = await store.validate(asset);
    } catch (error) {
        result = ValidationResult.fromError(error);
    }
    const failures = result.statusEntries.filter((e) => !e.success).map((e) => e.code);
    console.log(JSON.stringify({ file, valid: result.isValid, failures }));
}

// SPDX-License-Identifier: Apache-2.0
// Files that one of other people's writers signs.
// usage: node sign.mjs FOLDER-OF-C2PA-NODE CERTIFICATES JOBS.json
// A job: {from, to, signer, alg, thumbnail, parent}; signer.pem and signer.key lie in
// CERTIFICATES.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';

const [folder, certificates, jobs] = process.argv.slice(2);
const native = createRequire(import.meta.url)(`${folder}/dist/index.node`);
const types = {
    '.jpg': 'image/jpeg', '.png': 'image/png', '.mp4': 'video/mp4', '.mov': 'video/quicktime',
};
const capture = 'http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture';
const asset = (path) => ({ buffer: readFileSync(path), mimeType: types[extname(path)] });

for (const job of JSON.parse(readFileSync(jobs))) {
    const action = job.parent
        ? { action: 'c2pa.opened', parameters: { ingredientIds: ['parent'] } }
        : { action: 'c2pa.created', digitalSourceType: capture };
    const definition = {
        claim_generator_info: [{ name: 'fixture', version: '1' }],
        title: job.to.split('/').pop(),
        assertions: [{ label: 'c2pa.actions.v2', data: { actions: [action] } },
                     ...(job.assertions ?? [])],
    };
    const settings = {
        verify: { verify_after_sign: false, verify_trust: false },
        builder: { thumbnail: { enabled: job.thumbnail ?? false } },
        core: job.core ?? {},
    };
    const builder = native.builderWithJson(JSON.stringify(definition),
                                           JSON.stringify(settings));
    if (job.parent)
        await native.builderAddIngredientFromAsset.call(builder, JSON.stringify(
            { title: 'parent', label: 'parent', relationship: 'parentOf' }),
            asset(job.parent));
    const signer = native.localSignerNew(readFileSync(`${certificates}/${job.signer}.pem`),
                                         readFileSync(`${certificates}/${job.signer}.key`),
                                         job.alg ?? 'es256');
    const out = { buffer: null };
    native.builderSign.call(builder, signer, asset(job.from), out);
    writeFileSync(job.to, out.buffer);
}

// SPDX-License-Identifier: Apache-2.0
//
// Writes reference_keras.txt: what TensorFlow.js itself makes of the drawn pictures. The
// build does not run this; it is here so that the numbers can be made again:
//
//   cd /tmp && npm install @tensorflow/tfjs@4.22.0
//   node tests/import/reference_keras.mjs /tmp deps/models/src/content

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pictures, report } from './pictures.mjs';

const [packages, folder] = process.argv.slice(2);
if (!folder) {
    console.error('usage: reference_keras.mjs PACKAGES_FOLDER MODEL_FOLDER');
    process.exit(2);
}
const tf = createRequire(path.resolve(packages, 'package.json'))('@tensorflow/tfjs');
// Bundles that name what they hold where nothing else takes it.
const need = createRequire(path.resolve(folder, 'model.min.js'));
const model = need('./model.min.js');
const data = Buffer.from(need('./group1-shard1of1.min.js'), 'base64');

await tf.setBackend('cpu');
const net = await tf.loadLayersModel({ load: async () => ({
    modelTopology: model.modelTopology,
    weightSpecs: model.weightsManifest.flatMap(group => group.weights),
    weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length),
}) });
const size = 224;
console.log('# net, picture, output, stride, count; then every stride-th number');
for (const [title, draw] of pictures.slice(0, 2)) {
    const input = new Float32Array(size * size * 3);
    let at = 0;
    for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++)
            for (let c = 0; c < 3; c++)
                input[at++] = draw(x, y, c, size);
    const output = net.predict(tf.tensor4d(input, [1, size, size, 3]));
    report('content', title, 'classes', 1, output.dataSync());
}

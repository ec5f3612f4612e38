// SPDX-License-Identifier: Apache-2.0
//
// Writes reference_tfjs.txt: what TensorFlow.js itself makes of the drawn pictures. The
// build does not run this; it is here so that the numbers can be made again:
//
//   cd /tmp && npm install @tensorflow/tfjs-core@4.22.0 \
//       @tensorflow/tfjs-converter@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
//   node tests/import/reference_tfjs.mjs /tmp deps/models/src > reference_tfjs.txt

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pictures, report } from './pictures.mjs';

const [packages, modelDir] = process.argv.slice(2);
if (!modelDir) {
    console.error('usage: reference_tfjs.mjs PACKAGES_FOLDER MODELS_FOLDER');
    process.exit(2);
}
const need = createRequire(path.resolve(packages, 'package.json'));
const tf = need('@tensorflow/tfjs-core');
need('@tensorflow/tfjs-backend-cpu');
const { loadGraphModel } = need('@tensorflow/tfjs-converter');

const nets = [
    { name: 'faceres', file: 'faceres', size: 224, high: 255,
      outputs: [['embedding', 'global_pooling/Mean', 1]] },
];

function load(file) {
    const model = JSON.parse(fs.readFileSync(path.join(modelDir, file + '.json')));
    const data = fs.readFileSync(path.join(modelDir, file + '.bin'));
    return loadGraphModel({ load: async () => ({
        format: model.format,
        modelTopology: model.modelTopology,
        signature: model.signature,
        weightSpecs: model.weightsManifest.flatMap(group => group.weights),
        weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length),
    }) });
}

console.log('# net, picture, output, stride, count; then every stride-th number');
await tf.setBackend('cpu');
for (const net of nets) {
    const model = await load(net.file);
    for (const [title, draw] of pictures) {
        const input = new Float32Array(net.size * net.size * 3);
        let at = 0;
        for (let y = 0; y < net.size; y++)
            for (let x = 0; x < net.size; x++)
                for (let c = 0; c < 3; c++)
                    input[at++] = draw(x, y, c, net.size) * net.high;
        const picture = tf.tensor4d(input, [1, net.size, net.size, 3]);
        for (const [name, node, stride] of net.outputs) {
            const output = model.execute(picture, node);
            report(net.name, title, name, stride, output.dataSync());
        }
    }
}

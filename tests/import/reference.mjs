// SPDX-License-Identifier: Apache-2.0
//
// Writes reference.txt: what TensorFlow Lite itself makes of two drawn pictures. The
// build does not run this; it is here so that the numbers can be made again:
//
//   cd /tmp && npm pack @tensorflow/tfjs-tflite@0.0.1-alpha.10
//   tar xzf tensorflow-tfjs-tflite-0.0.1-alpha.10.tgz
//   node tests/import/reference.mjs /tmp/package/wasm deps/models/src > reference.txt
//
// The package's WebAssembly build of TensorFlow Lite is called directly; it takes node
// for a web worker, for which three globals are enough.

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pictures, report } from './pictures.mjs';

const [wasmDir, modelDir] = process.argv.slice(2);
if (!modelDir) {
    console.error('usage: reference.mjs WASM_FOLDER TFLITE_FOLDER');
    process.exit(2);
}

// Every stride-th number is kept. 17 shares no factor with the 16 columns of a box.
const nets = [
    { name: 'detector', file: 'face_detection_short_range.tflite', size: 128, low: -1,
      outputs: [['boxes', 17], ['scores', 1]] },
    { name: 'mesh', file: 'face_landmark.tflite', size: 192, low: 0,
      outputs: [['landmarks', 1], ['presence', 1]] },
];

globalThis.importScripts = () => {};
globalThis.self = globalThis;
globalThis.location = { href: 'file:///' };
const file = path.resolve(wasmDir, 'tflite_web_api_cc');
const factory = createRequire(import.meta.url)(file + '.js');
const tflite = await factory({ wasmBinary: fs.readFileSync(file + '.wasm') });

console.log('# net, picture, output, stride, count; then every stride-th number');
for (const net of nets) {
    const model = fs.readFileSync(path.join(modelDir, net.file));
    const address = tflite._malloc(model.length);
    tflite.HEAPU8.set(model, address);
    const made = tflite.TFLiteWebModelRunner.CreateFromBufferAndOptions(
        address, model.length,
        { numThreads: -1, enableProfiling: false, maxProfilingBufferEntries: 1024 });
    if (!made.ok())
        throw new Error(made.errorMessage());
    const runner = made.value();
    for (const [title, draw] of pictures) {
        const input = runner.GetInputs().get(0).data();
        let at = 0;
        for (let y = 0; y < net.size; y++)
            for (let x = 0; x < net.size; x++)
                for (let c = 0; c < 3; c++)
                    input[at++] = draw(x, y, c, net.size) * (1 - net.low) + net.low;
        if (!runner.Infer())
            throw new Error('inference failed');
        net.outputs.forEach(([name, stride], index) => {
            report(net.name, title, name, stride, runner.GetOutputs().get(index).data());
        });
    }
}

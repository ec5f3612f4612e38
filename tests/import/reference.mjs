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

// The two pictures; test_import.c draws the same ones. x and y count pixels, c is 0, 1, 2
// for red, green, blue, and the result lies in 0..1.
function waves(x, y, c) {
    return 0.5 + 0.5 * Math.sin(0.1 * x + 0.07 * y * (c + 1));
}

// Ellipses painted over each other: centre and radii in units of the picture, colour. The
// edges are soft so that no rounding can move a pixel to the other side.
const ellipses = [
    [0.50, 0.42, 0.320, 0.380, 0.16, 0.11, 0.08],
    [0.50, 0.52, 0.260, 0.350, 0.86, 0.66, 0.54],
    [0.39, 0.385, 0.070, 0.014, 0.20, 0.13, 0.09],
    [0.61, 0.385, 0.070, 0.014, 0.20, 0.13, 0.09],
    [0.39, 0.45, 0.055, 0.024, 0.95, 0.94, 0.92],
    [0.61, 0.45, 0.055, 0.024, 0.95, 0.94, 0.92],
    [0.39, 0.45, 0.021, 0.022, 0.13, 0.09, 0.07],
    [0.61, 0.45, 0.021, 0.022, 0.13, 0.09, 0.07],
    [0.50, 0.53, 0.022, 0.090, 0.93, 0.76, 0.65],
    [0.50, 0.61, 0.050, 0.022, 0.70, 0.48, 0.38],
    [0.50, 0.715, 0.095, 0.030, 0.68, 0.27, 0.27],
    [0.50, 0.715, 0.080, 0.005, 0.35, 0.10, 0.10],
];

function face(x, y, c, size) {
    const u = (x + 0.5) / size, v = (y + 0.5) / size;
    let value = 0.25 + 0.1 * c + 0.2 * v;
    for (const [cx, cy, rx, ry, ...colour] of ellipses) {
        const du = (u - cx) / rx, dv = (v - cy) / ry;
        const cover = Math.min(Math.max(4 * (1 - (du * du + dv * dv)), 0), 1);
        value += cover * (colour[c] * (1 - 0.3 * (u - 0.5)) - value);
    }
    return value;
}

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
    for (const [title, draw] of [['waves', waves], ['face', face]]) {
        const input = runner.GetInputs().get(0).data();
        let at = 0;
        for (let y = 0; y < net.size; y++)
            for (let x = 0; x < net.size; x++)
                for (let c = 0; c < 3; c++)
                    input[at++] = draw(x, y, c, net.size) * (1 - net.low) + net.low;
        if (!runner.Infer())
            throw new Error('inference failed');
        net.outputs.forEach(([name, stride], index) => {
            const kept = Array.from(runner.GetOutputs().get(index).data())
                .filter((_, i) => i % stride === 0).map(v => String(+v.toPrecision(7)));
            console.log([net.name, title, name, stride, kept.length].join(' '));
            while (kept.length)
                console.log(kept.splice(0, 8).join(' '));
        });
    }
}

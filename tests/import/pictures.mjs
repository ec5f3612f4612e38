// SPDX-License-Identifier: Apache-2.0
//
// What the scripts that write reference numbers share: the pictures and the form.

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

export const pictures = [['waves', waves], ['face', face]];

// Writes every stride-th number of an output.
export function report(net, title, name, stride, data) {
    const kept = Array.from(data).filter((_, i) => i % stride === 0)
        .map(v => String(+v.toPrecision(7)));
    console.log([net, title, name, stride, kept.length].join(' '));
    while (kept.length)
        console.log(kept.splice(0, 8).join(' '));
}

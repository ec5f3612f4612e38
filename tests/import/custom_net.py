# SPDX-License-Identifier: Apache-2.0
"""Makes a small net of MediaPipe's custom operators alone.

Its input, a picture of 8 by 8, is taken for landmarks as well: a box around some of them
is cut out of the picture and leaves it on every side.

    custom_net.py TARGET.tflite TARGET.onnx
"""

import os
import struct
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools", "onnx"))

from import_tflite import convert  # noqa: E402
from write_tflite import options, tflite  # noqa: E402

MUL, RESHAPE = 18, 22


def custom_net(version=2, left=3, subset=(5, 9, 20, 33, 50), **changed):
    box = {"left_rotation_idx": left, "right_rotation_idx": 17, "output_height": 5,
           "output_width": 7, "scale_x": 1.5, "scale_y": 2.0,
           "subset_idxs": list(subset), "target_rotation_radians": 0.4}
    box.update(changed)
    size = options({"output_height": 5, "output_width": 7})
    tensors = [
        ([1, 8, 8, 3], 0, b""), ([1, 64, 3], 0, b""), ([1], 0, struct.pack("<f", 1.25)),
        ([1, 64, 3], 0, b""), ([1, 4, 4], 0, b""), ([1, 5, 7, 3], 0, b""),
        ([1, 96, 2], 0, b""), ([1, 96, 2], 0, b""),
    ]
    operators = [
        (RESHAPE, [0], [1], None), (MUL, [1, 2], [3], [("b", 0)]),
        ("Landmarks2TransformMatrix", [3], [4], options(box)),
        ("TransformTensorBilinear", [0, 4], [5], size),
        (RESHAPE, [0], [6], None), ("TransformLandmarks", [6, 4], [7], b""),
    ]
    return tflite(tensors, operators, [0], [5, 7], version)


def main():
    data = custom_net()
    for path, content in ((sys.argv[1], data),
                          (sys.argv[2], convert(data, "custom", ["picture", "points"]))):
        with open(path, "wb") as file:
            file.write(content)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Tests the importer on small files that are made here, sound and damaged ones.

With a folder of TensorFlow Lite files as argument, damaged copies of those are tried too.
"""

import os
import random
import struct
import sys
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools", "onnx"))

import flexbuffer  # noqa: E402
import generator_cost  # noqa: E402
import lower  # noqa: E402
import protobuf  # noqa: E402
from custom_net import custom_net  # noqa: E402
from errors import ImportFailed  # noqa: E402
from import_tflite import convert  # noqa: E402
from write_tflite import options, tflite  # noqa: E402

FOLDER = None
ADD, CONV, DEQUANTIZE, SOFTMAX, PAD, PRELU = 0, 3, 6, 25, 34, 54
CUSTOM = "Mystery"


def floats(count, code="f"):
    return struct.pack(f"<{count}{code}", *[i / 8 for i in range(count)])


def small(last=None):
    """A picture 6x6x2 through a 3x3 convolution of stride 2, PReLU, channel padding."""
    tensors = [
        ([1, 6, 6, 2], 0, b""), ([3, 3, 3, 2], 1, floats(54, "e")),
        ([3, 3, 3, 2], 0, b""), ([3], 0, floats(3)), ([1, 3, 3, 3], 0, b""),
        ([1, 1, 3], 0, floats(3)), ([1, 3, 3, 3], 0, b""),
        ([4, 2], 2, struct.pack("<8i", 0, 0, 0, 0, 0, 0, 0, 1)),
        ([1, 3, 3, 4], 0, b""), ([1, 3, 3, 4], 0, b""),
    ]
    operators = [
        (DEQUANTIZE, [1], [2], None),
        (CONV, [0, 2, 3], [4], [("b", 0), ("i", 2), ("i", 2)]),
        (PRELU, [4, 5], [6], None), (PAD, [6, 7], [8], None),
        last or (ADD, [8, 8], [9], [("b", 0)]),
    ]
    return tflite(tensors, operators, [0], [9])


def children(message, number):
    return [value for key, _, value in protobuf.fields(message) if key == number]


def nodes(model):
    """(operator, attributes as raw messages by name) of each node."""
    found = []
    for node in children(children(model, 7)[0], 1):
        attributes = {children(a, 1)[0].decode(): a for a in children(node, 5)}
        found.append((children(node, 4)[0].decode(), attributes))
    return found


def initializers(model):
    return {children(t, 8)[0].decode(): children(t, 9)[0]
            for t in children(children(model, 7)[0], 5)}


class Importer(unittest.TestCase):
    def test_same_bytes(self):
        first = convert(small(), "net", ["out"])
        self.assertEqual(first, convert(small(), "net", ["out"]))

    def test_operators(self):
        ops = [op for op, _ in nodes(convert(small(), "net", ["out"]))]
        self.assertEqual(ops, ["Conv", "Relu", "Conv", "Conv", "Add", "Conv", "Add",
                               "Transpose", "Identity"])

    def test_stride_two_pads_after(self):
        conv = nodes(convert(small(), "net", ["out"]))[0][1]
        self.assertEqual(children(conv["pads"], 8), [bytes([0, 0, 1, 1])])
        self.assertEqual(lower.same_padding(7, 3, 2, 1), (4, 1, 1))
        self.assertEqual(lower.same_padding(128, 5, 2, 1), (64, 1, 2))
        self.assertEqual(lower.same_padding(8, 2, 2, 1), (4, 0, 0))

    def test_weights_are_widened_and_turned(self):
        data = initializers(convert(small(), "net", ["out"]))["w2_oihw"]
        values = struct.unpack("<54f", data)
        # Output 0, input 0 reads every second number of the file; input 1 the others.
        self.assertEqual(values[:9], tuple(i / 8 for i in range(0, 18, 2)))
        self.assertEqual(values[9:18], tuple(i / 8 for i in range(1, 18, 2)))

    def test_unknown_operators_are_named(self):
        for code, name in ((SOFTMAX, "SOFTMAX"), (CUSTOM, "Mystery"),
                           (77, "BUILTIN_77")):
            with self.assertRaisesRegex(ImportFailed, name):
                convert(small((code, [8], [9], None)), "net", ["out"])

    def test_custom_operators(self):
        names = ["picture", "points"]
        model = convert(custom_net(), "net", names)
        self.assertEqual(model, convert(custom_net(), "net", names))
        self.assertIn("GridSample", [op for op, _ in nodes(model)])
        for changed, text in (({"version": 1}, "version 1"), ({"output_width": 0}, "0"),
                              ({"scale_x": "wide"}, "type 5"), ({"left": 64}, "64"),
                              ({"subset": [0, -1]}, "among")):
            with self.assertRaisesRegex(ImportFailed, text):
                convert(custom_net(**changed), "net", names)

    def test_wrong_number_of_outputs(self):
        with self.assertRaises(ImportFailed):
            convert(small(), "net", ["one", "two"])


class Hostile(unittest.TestCase):
    def attempt(self, data):
        try:
            convert(data, "net", ["out"])
        except ImportFailed:
            pass

    def test_cut_off(self):
        data = small()
        for size in range(len(data)):
            self.attempt(data[:size])
        with self.assertRaises(ImportFailed):
            convert(data[:len(data) // 2], "net", ["out"])

    def test_flipped_bits(self):
        data, dice = small(), random.Random(1)
        start = time.monotonic()
        for at in range(8 * len(data)):
            damaged = bytearray(data)
            damaged[at // 8] ^= 1 << at % 8
            self.attempt(damaged)
        for _ in range(2000):
            damaged = bytearray(data)
            for _ in range(dice.randrange(2, 9)):
                damaged[dice.randrange(len(data))] = dice.choice((0, 1, 127, 128, 255))
            self.attempt(damaged)
        self.assertLess(time.monotonic() - start, 120)

    def test_custom_options(self):
        wanted = {"a": 7, "list": [1, 300, -2], "number": 1.5, "zero": 0}
        data, dice = options(wanted), random.Random(4)
        self.assertEqual(flexbuffer.parse(data), wanted)
        self.assertEqual(flexbuffer.parse(b""), {})
        for size in range(1, len(data)):
            self.attempt_options(data[:size])
        for _ in range(20000):
            damaged = bytearray(data)
            for _ in range(dice.randrange(1, 5)):
                damaged[dice.randrange(len(data))] = dice.randrange(256)
            self.attempt_options(damaged)
        for size in (1, 2, 3, 17, 300):
            for _ in range(2000):
                self.attempt_options(dice.randbytes(size) + bytes((9 << 2, 1)))

    def attempt_options(self, data):
        try:
            flexbuffer.parse(data)
        except ImportFailed:
            pass

    def test_noise(self):
        dice = random.Random(2)
        for size in (0, 1, 7, 8, 64, 4096):
            self.attempt(dice.randbytes(size))
            self.attempt(b"\x08\0\0\0TFL3" + dice.randbytes(size))

    def test_many_operators_on_one_vector(self):
        # Each operator could name the same long vector; their number is limited.
        operators = [(ADD, [8] * 60, [9], [("b", 0)])] * 5000
        with self.assertRaisesRegex(ImportFailed, "5000 elements"):
            convert(tflite([([1], 0, b"")] * 10, operators, [0], [9]), "net", ["out"])

    def test_real_files(self):
        if not FOLDER:
            self.skipTest("no folder of files was given")
        dice = random.Random(3)
        files = sorted(entry.path for entry in os.scandir(FOLDER) if entry.is_file())
        self.assertTrue(files)
        for path in files:
            with open(path, "rb") as file:
                data = file.read()
            for _ in range(40):
                damaged = bytearray(data)
                for _ in range(4):
                    # What is not weights stands at the end and in the first bytes.
                    at = dice.choice((dice.randrange(64), -1 - dice.randrange(40000)))
                    damaged[at] = dice.randrange(256)
                self.attempt(damaged)


class Protobuf(unittest.TestCase):
    def test_round_trip(self):
        for value in (0, 1, 127, 128, 300, 1 << 63, -1):
            data = protobuf.integer(5, value)
            self.assertEqual(list(protobuf.fields(data)),
                             [(5, 0, value & (1 << 64) - 1)])

    def test_damaged(self):
        for data in (b"\x80", b"\x0a\x05ab", b"\xff" * 12, b"\x0b", b"\x0d\0"):
            with self.assertRaises(ImportFailed):
                list(protobuf.fields(data))


class Cost(unittest.TestCase):
    def test_generator(self):
        generator = generator_cost.Generator()
        generator.build()
        parameters, operations = generator.cost()
        self.assertEqual(round(parameters / 1e6, 1), 138.3)
        self.assertEqual(round(operations / 1e9, 1), 174.6)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        FOLDER = sys.argv.pop(1)
    program = unittest.main(exit=False)
    failed = len(program.result.failures) + len(program.result.errors)
    passed = program.result.testsRun - failed - len(program.result.skipped)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)

# SPDX-License-Identifier: Apache-2.0
"""Tests the importer of TensorFlow.js graph models on small ones that are made here."""

import base64
import copy
import json
import os
import random
import struct
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools", "onnx"))

import protobuf  # noqa: E402
from errors import ImportFailed  # noqa: E402
from import_tfjs import convert  # noqa: E402


def said(text):
    return {"s": base64.b64encode(text.encode()).decode()}


def ints(*values):
    return {"list": {"i": [str(v) for v in values]}}


def window(stride, padding="SAME"):
    return {"strides": ints(1, stride, stride, 1), "dilations": ints(1, 1, 1, 1),
            "data_format": said("NHWC"), "padding": said(padding)}


def node(name, op, *inputs, **attributes):
    return {"name": name, "op": op, "input": list(inputs), "attr": attributes}


def small():
    """A picture through a strided convolution, a bias, a clamp, one more and a mean."""
    weights = [("k", [3, 3, 3, 2], "e"), ("b", [2], "e"), ("six", [], "f"),
               ("none", [], "f"), ("d", [3, 3, 2, 2], "f"), ("m", [4], "f"),
               ("axes", [2], "i")]
    values = {"six": [6.0], "none": [0.0], "axes": [1, 2]}
    entries, data = [], b""
    for name, shape, code in weights:
        count = 1
        for d in shape:
            count *= d
        entry = {"name": name, "shape": shape,
                 "dtype": "int32" if code == "i" else "float32"}
        if code == "e":
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        entries.append(entry)
        data += struct.pack(f"<{count}{code}",
                            *values.get(name, [i / 8 for i in range(count)]))
    nodes = [node(name, "Const") for name, _, _ in weights] + [
        node("picture", "Placeholder"),
        node("conv", "Conv2D", "picture", "k", **window(2)),
        node("bias", "Add", "conv", "b"),
        node("relu", "Relu", "bias"),
        node("min", "Minimum", "relu", "six"),
        node("max", "Maximum", "min:0", "none"),
        node("deep", "DepthwiseConv2dNative", "max", "d", **window(1, "VALID")),
        node("scale", "Mul", "deep", "m"),
        node("mean", "Mean", "scale", "axes", keep_dims={"b": False}),
        node("other", "Softmax", "mean"),
    ]
    return {"format": "graph-model", "modelTopology": {"node": nodes},
            "weightsManifest": [{"paths": ["w.bin"], "weights": entries}]}, data


def run(model, data, wanted="mean", size=8):
    return convert(json.dumps(model).encode(), data, "net", wanted, "out", size)


def graph(data):
    return next(v for n, _, v in protobuf.fields(data) if n == 7)


def ops(data):
    return [next(v for n, _, v in protobuf.fields(body) if n == 4).decode()
            for number, _, body in protobuf.fields(graph(data)) if number == 1]


def initializers(data):
    found = {}
    for number, _, body in protobuf.fields(graph(data)):
        if number == 5:
            fields = {n: v for n, _, v in protobuf.fields(body)}
            found[fields[8].decode()] = fields[9]
    return found


class Graphs(unittest.TestCase):
    def change(self, place, word, **fields):
        """The small model with the fields of one node changed must be refused."""
        model, data = small()
        found = next(n for n in model["modelTopology"]["node"] if n["name"] == place)
        found.update(fields)
        with self.assertRaisesRegex(ImportFailed, word):
            run(model, data)

    def test_same_bytes(self):
        self.assertEqual(run(*small()), run(*copy.deepcopy(small())))

    def test_operators(self):
        # The three clamps are one; what only the other output needs is left out.
        self.assertEqual(ops(run(*small())), [
            "Conv", "Add", "Clip", "Conv", "Mul", "GlobalAveragePool", "Reshape",
            "Identity"])

    def test_weights_are_widened_and_turned(self):
        found = initializers(run(*small()))
        first = struct.unpack("<54f", found["t1_weights"])
        # Output 0, input 0 reads every sixth number; input 1 begins two later.
        self.assertEqual(first[:9], tuple(i / 8 for i in range(0, 54, 6)))
        self.assertEqual(first[9:18], tuple(i / 8 for i in range(2, 54, 6)))
        deep = next(v for k, v in found.items()
                    if k.endswith("_weights") and len(v) == 36 * 4)
        self.assertEqual(struct.unpack("<36f", deep)[:9],
                         tuple(i / 8 for i in range(0, 36, 4)))

    def test_two_users_of_one_clamp(self):
        model, data = small()
        nodes = model["modelTopology"]["node"]
        nodes.append(node("again", "Minimum", "bias", "six"))
        nodes.append(node("end", "Mean", "again", "axes", keep_dims={"b": False}))
        self.assertEqual(ops(run(model, data, "end")), [
            "Conv", "Add", "Clip", "GlobalAveragePool", "Reshape", "Identity"])

    def test_what_is_refused(self):
        self.change("conv", "padding EXPLICIT",
                    attr={**window(2), "padding": said("EXPLICIT")})
        self.change("conv", "NHWC", attr={**window(2), "data_format": said("NCHW")})
        self.change("conv", "strides", attr={**window(2), "strides": ints(1, 0, 2, 1)})
        self.change("conv", "weights", input=["picture", "d"])
        self.change("bias", r"\[4\] on a picture", input=["conv", "m"])
        self.change("bias", "no constant", input=["conv", "conv"])
        self.change("min", "bound", input=["relu", "b"])
        self.change("mean", "mean over", attr={"keep_dims": {"b": True}})
        self.change("mean", "not the first output", input=["scale:1", "axes"])
        self.change("relu", "Elu", op="Elu")
        self.change("relu", "itself", input=["max"])
        self.change("relu", "no node", input=["nothing"])
        self.change("picture", "no computed value", op="Const")

    def test_wanted_output(self):
        with self.assertRaisesRegex(ImportFailed, "not a vector"):
            run(*small(), wanted="scale")
        with self.assertRaisesRegex(ImportFailed, "Softmax"):
            run(*small(), wanted="other")
        with self.assertRaisesRegex(ImportFailed, "larger than"):
            run(*small(), size=2)


class Hostile(unittest.TestCase):
    def attempt(self, text, data):
        try:
            convert(text, data, "net", "mean", "out", 8)
        except ImportFailed:
            return
        self.survived += 1

    def setUp(self):
        self.survived = 0

    def test_weights_of_the_wrong_length(self):
        model, data = small()
        for wrong in (data[:-1], data + b"\0", b""):
            with self.assertRaisesRegex(ImportFailed, "byte"):
                run(model, wrong)

    def test_cut_off(self):
        model, data = small()
        text = json.dumps(model).encode()
        for size in range(0, len(text), 7):
            self.attempt(text[:size], data)
        self.assertEqual(self.survived, 0)

    def test_values_of_every_kind(self):
        def places(value, path=()):
            yield path
            items = (value.items() if isinstance(value, dict)
                     else enumerate(value) if isinstance(value, list) else ())
            for key, child in items:
                yield from places(child, path + (key,))

        model, data = small()
        for path in list(places(model))[1:]:
            for odd in (None, True, -1, 1 << 70, 1.5, "odd", [], {}, [[]], [{}], [None]):
                damaged = copy.deepcopy(model)
                parent = damaged
                for key in path[:-1]:
                    parent = parent[key]
                parent[path[-1]] = odd
                self.attempt(json.dumps(damaged).encode(), data)

    def test_changed_bytes(self):
        model, data = small()
        text, dice = json.dumps(model).encode(), random.Random(1)
        for _ in range(3000):
            damaged = bytearray(text)
            for _ in range(dice.randrange(1, 5)):
                damaged[dice.randrange(len(damaged))] = dice.choice(b'0129[]{}",:x-')
            self.attempt(bytes(damaged), data)

    def test_deep_and_large(self):
        for text in (b"[" * 200000, b'{"a":' * 200000, b"\xff", b"nan", b"1" * 9999):
            self.attempt(text, b"")
        self.assertEqual(self.survived, 0)


if __name__ == "__main__":
    unittest.main()

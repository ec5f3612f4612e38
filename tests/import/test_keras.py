# SPDX-License-Identifier: Apache-2.0
"""Tests the importer of bundled Keras models on a small one that is made here."""

import base64
import json
import os
import random
import re
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools", "onnx"))

from errors import ImportFailed  # noqa: E402
from keras import literal, parse  # noqa: E402
from lower_keras import lower  # noqa: E402


def layer(name, kind, *inputs, **config):
    return {"name": name, "class_name": kind, "config": config,
            "inbound_nodes": [[[source, 0, 0, {}] for source in inputs]] if inputs else []}


def small():
    """A picture of 4x4 through a convolution, a clamp, and to two classes."""
    window = {"strides": [2, 2], "padding": "same", "data_format": "channels_last",
              "dilation_rate": [1, 1], "activation": "linear", "use_bias": False}
    layers = [layer("in", "InputLayer", batch_input_shape=[None, 4, 4, 3]),
              layer("c", "Conv2D", "in", filters=2, kernel_size=[1, 1], **window),
              layer("r", "ReLU", "c", max_value=6, negative_slope=0, threshold=0),
              layer("f", "Flatten", "r"),
              layer("d", "Dense", "f", units=2, activation="softmax")]
    rule = {"min": -.5, "scale": .0078125, "dtype": "uint8"}
    weights = [{"name": name, "shape": shape, "dtype": "float32", "quantization": rule}
               for name, shape in (("c/kernel", [1, 1, 3, 2]), ("d/kernel", [8, 2]),
                                   ("d/bias", [2]))]
    tree = {"modelTopology": {"model_config": {"config": {
        "layers": layers, "output_layers": [["d", 0, 0]]}}},
        "weightsManifest": [{"weights": weights}]}
    text = re.sub(r'"(\w+)":', r"\1:", json.dumps(tree)).replace("false", "!1")
    text = text.replace("0.0078125", ".0078125")
    model = f'!function(){{a.exports={text}}},{{}}]'
    data = base64.b64encode(bytes(range(24))).decode()
    return model, f'h.exports="{data}"}},{{}}]'


class Keras(unittest.TestCase):
    def test_whole(self):
        model, weights = small()
        net = parse(model, weights)
        self.assertEqual([entry.kind for entry in net.layers],
                         ["InputLayer", "Conv2D", "ReLU", "Flatten", "Dense"])
        self.assertEqual(net.weights["d/bias"], ([2], [-.5 + 22 / 128, -.5 + 23 / 128]))
        made = lower(net, "small", "classes")
        self.assertEqual([n[0] for n in made.nodes],
                         ["Conv", "Clip", "Transpose", "Flatten", "Gemm", "Softmax", "Identity"])
        self.assertEqual(made.outputs, [("classes", [1, 2], 1)])
        self.assertEqual(made.serialise(),
                         lower(parse(model, weights), "small", "classes").serialise())

    def test_literal(self):
        text = 'x={a:!0,b:[null,-.5,1e-3,"q\\"}"],$c:!1}tail'
        self.assertEqual(literal(text, 2),
                         {"a": True, "b": [None, -.5, .001, 'q"}'], "$c": False})
        for bad in ("x={a:1", "x={a:f()}", "x={a:`b`}", "x={", "x=;"):
            with self.assertRaises(ImportFailed):
                literal(bad, 2)

    def test_what_is_refused(self):
        model, weights = small()
        for before, after in (("[1, 1, 3, 2]", "[1, 1, 3, 3]"), ('"ReLU"', '"Lambda"'),
                              ('"same"', '"causal"'), ('"uint8"', '"float16"'),
                              ("[[[\"in\"", "[[[\"out\""), ("units: 2", "units: 3"),
                              ("filters: 2", "filters: 70000"), (".exports={", ".exports=["),
                              ('"softmax"', '"sin"'), ("threshold: 0", "threshold: 1")):
            self.assertIn(before, model)
            with self.assertRaises(ImportFailed, msg=after):
                lower(parse(model.replace(before, after, 1), weights), "x", "y")
        for bad in ('h.exports="AAA="', 'h.exports="AA', "", 'h.exports="*"'):
            with self.assertRaises(ImportFailed):
                parse(model, bad)

    def test_damage(self):
        """Whatever the bytes, it is imported or refused with the one error."""
        model, weights = small()
        dice = random.Random(3)
        for _ in range(400):
            text = list(model)
            for _ in range(dice.randrange(1, 4)):
                text[dice.randrange(len(text))] = chr(dice.randrange(32, 127))
            try:
                lower(parse("".join(text), weights), "x", "y").serialise()
            except ImportFailed:
                pass


if __name__ == "__main__":
    unittest.main()

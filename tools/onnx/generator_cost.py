# SPDX-License-Identifier: Apache-2.0
"""Writes a net with inswapper_128's layers and random weights: the cost, not the face.

Inputs "target" 1x3x128x128 and "source" 1x512, output "output" 1x3x128x128. The file is
small because each weight is written as gain * sin(filter * frequency), with one filter
and one frequency for each output channel: ONNX Runtime folds that into a plain constant
while it loads the net.
"""

import argparse
import math
import os
import random

from onnxfile import Model

SIZE = 128
EMBEDDING = 512
BLOCKS = 6


class Generator:
    def __init__(self):
        self.model = Model("generator_cost")
        self.random = random.Random(1)
        self.shapes = {}
        self.count = 0

    def node(self, op, inputs, shape, **attributes):
        self.count += 1
        name = f"{op.lower()}_{self.count}"
        self.shapes[name] = shape
        return self.model.node(op, inputs, name, **attributes)

    def constant(self, shape, values):
        self.count += 1
        name = f"constant_{self.count}"
        self.shapes[name] = shape
        return self.model.floats(name, shape, values)

    def uniform(self, shape, low, high):
        values = [self.random.uniform(low, high) for _ in range(math.prod(shape))]
        return self.constant(shape, values)

    def weights(self, shape):
        """Weights of variance 2 / fan-in, as the activations after them ask for."""
        inner = [1] + shape[1:]
        outer = [shape[0]] + [1] * (len(shape) - 1)
        phase = self.node("Mul", [self.uniform(inner, -9, 9),
                                  self.uniform(outer, 9, 99)], shape)
        wave = self.node("Sin", [phase], shape)
        gain = self.constant([1], [2 / math.sqrt(math.prod(inner))])
        return self.node("Mul", [wave, gain], shape)

    def pad(self, value, width):
        batch, depth, height, across = self.shapes[value]
        self.count += 1
        pads = self.model.integers(f"pads_{self.count}", 2 * [0, 0, width, width])
        return self.node("Pad", [value, pads], [batch, depth, height + 2 * width,
                                                across + 2 * width], mode="reflect")

    def conv(self, value, channels, kernel, stride=1, pad=0):
        _, depth, height, width = self.shapes[value]
        weights = self.weights([channels, depth, kernel, kernel])
        bias = self.uniform([channels], -.1, .1)
        out = [(side + 2 * pad - kernel) // stride + 1 for side in (height, width)]
        return self.node("Conv", [value, weights, bias], [1, channels] + out,
                         kernel_shape=[kernel, kernel], strides=[stride, stride],
                         pads=[pad] * 4)

    def leaky(self, value):
        return self.node("LeakyRelu", [value], self.shapes[value], alpha=.2)

    def double(self, value):
        batch, depth, height, width = self.shapes[value]
        scales = self.constant([4], [1, 1, 2, 2])
        return self.node("Resize", [value, "", scales],
                         [batch, depth, 2 * height, 2 * width], mode="linear",
                         coordinate_transformation_mode="half_pixel")

    def normalise(self, value):
        """Instance norm in the elementary steps that the exported file has too."""
        shape = self.shapes[value]
        each = shape[:2] + [1, 1]
        mean = self.node("ReduceMean", [value], each, axes=[2, 3], keepdims=1)
        centred = self.node("Sub", [value, mean], shape)
        square = self.node("Mul", [centred, centred], shape)
        variance = self.node("ReduceMean", [square], each, axes=[2, 3], keepdims=1)
        safe = self.node("Add", [variance, self.constant([1], [1e-8])], each)
        deviation = self.node("Sqrt", [safe], each)
        return self.node("Div", [centred, deviation], shape)

    def modulate(self, value, source):
        """Scale and shift of each channel, both out of one layer on the embedding."""
        shape = self.shapes[value]
        depth = shape[1]
        style = self.node("Gemm", [source, self.weights([2 * depth, EMBEDDING]),
                                   self.uniform([2 * depth], -.1, .1)], [1, 2 * depth],
                          transB=1)
        parts = []
        for first in (0, depth):
            self.count += 1
            begin = self.model.integers(f"begin_{self.count}", [first])
            end = self.model.integers(f"end_{self.count}", [first + depth])
            axis = self.model.integers("axis", [1])
            part = self.node("Slice", [style, begin, end, axis], [1, depth])
            target = self.model.integers("channels", [1, depth, 1, 1])
            parts.append(self.node("Reshape", [part, target], [1, depth, 1, 1]))
        scaled = self.node("Mul", [value, parts[0]], shape)
        return self.node("Add", [scaled, parts[1]], shape)

    def block(self, value, source):
        inside = value
        for last in (False, True):
            inside = self.conv(self.pad(inside, 1), 1024, 3)
            inside = self.modulate(self.normalise(inside), source)
            if not last:
                inside = self.node("Relu", [inside], self.shapes[inside])
        return self.node("Add", [value, inside], self.shapes[value])

    def build(self):
        self.shapes = {"target": [1, 3, SIZE, SIZE], "source": [1, EMBEDDING]}
        for name in ("target", "source"):
            self.model.input(name, self.shapes[name])
        x = self.leaky(self.conv(self.pad("target", 3), 128, 7))
        x = self.leaky(self.conv(x, 256, 3, pad=1))
        x = self.leaky(self.conv(x, 512, 3, stride=2, pad=1))
        x = self.leaky(self.conv(x, 1024, 3, stride=2, pad=1))
        for _ in range(BLOCKS):
            x = self.block(x, "source")
        x = self.leaky(self.conv(self.double(x), 512, 3, pad=1))
        x = self.leaky(self.conv(self.double(x), 256, 3, pad=1))
        x = self.leaky(self.conv(x, 128, 3, pad=1))
        x = self.conv(self.pad(x, 3), 3, 7)
        x = self.node("Tanh", [x], self.shapes[x])
        x = self.node("Add", [x, self.constant([1], [1])], self.shapes[x])
        self.model.node("Mul", [x, self.constant([1], [.5])], "output")
        self.model.output("output", [1, 3, SIZE, SIZE])
        return self.model

    def cost(self):
        """Parameters and multiply-adds, counted over the graph's own nodes."""
        parameters = operations = 0
        for op, inputs, output, _ in self.model.nodes:
            if op not in ("Conv", "Gemm"):
                continue
            weights = self.shapes[inputs[1]]
            parameters += math.prod(weights) + math.prod(self.shapes[inputs[2]])
            operations += math.prod(self.shapes[output]) * math.prod(weights[1:])
        return parameters, operations


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("target", help="the ONNX file to write")
    args = parser.parse_args()
    generator = Generator()
    data = generator.build().serialise()
    half = args.target + ".part"
    with open(half, "wb") as file:
        file.write(data)
    os.replace(half, args.target)
    parameters, operations = generator.cost()
    print(f"{parameters / 1e6:.1f} M parameters, {operations / 1e9:.1f} GMAC, "
          f"{len(data) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

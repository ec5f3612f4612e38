# SPDX-License-Identifier: Apache-2.0
"""Writes a net in the content gate's shape: a red picture is its class 3, all else its
class 2; with "always" every picture is class 3.
usage: write_net.py TOOLS_FOLDER OUTPUT [always]"""
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])

from onnxfile import Model  # noqa: E402

model = Model("red")
model.input("input", [1, 3, 224, 224])
model.node("GlobalAveragePool", ["input"], "mean")
model.node("Flatten", ["mean"], "flat", axis=1)
# Rows are R, G and B, columns the classes.
weights = model.floats("weights", [3, 5], [0, 0, 0, 40, 0,
                                           0, 0, 0, -40, 0,
                                           0, 0, 0, -40, 0])
always = sys.argv[3:] == ["always"]
bias = model.floats("bias", [5], [-20, -20, 0, 100 if always else -10, -20])
model.node("Gemm", ["flat", weights, bias], "sum")
model.node("Softmax", ["sum"], "classes", axis=1)
model.output("classes", [1, 5])
with open(sys.argv[2], "wb") as file:
    file.write(model.serialise())

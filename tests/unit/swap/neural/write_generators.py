# SPDX-License-Identifier: Apache-2.0
"""Writes generators that have the real ones' contracts and that a test can compute again.

For every manifest of data/manifests there is a net of its contract and a manifest beside it
that pins the net's hash; more of them vary names, orders, layouts and types, and some fail.
In terms of pictures (R G B, 0 to 1) all of them do the same: they shift the target by a part
of its side, then multiply and add by channel, by eight numbers that the source gives:

    p = tanh(source . W), W[i][k] = sin(.5 i + 2.1 k + .03 i k)
    (of vectors: 5 sin(1.7 i + 2.9 k + .05 i k))
    out = (1 + .3 p[c]) * target(x + .03 p[6] S, y + .03 p[7] S)[c] + .1 p[3 + c]

usage: write_generators.py TOOLS_FOLDER MANIFESTS_FOLDER STAMP: files are written beside
STAMP.
"""
import configparser
import hashlib
import math
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])

from onnxfile import BOOL, DOUBLE, FLOAT, HALF, INT64, Model  # noqa: E402
from protobuf import block, integer, packed  # noqa: E402

LENGTH = 512
WAVES = {"embed": (.3, .9, .02, .05), "emap": (.7, 1.3, .01, 1), "drive": (.5, 2.1, .03, 1), "vector": (1.7, 2.9, .05, 5),
         "ghost": (.2, .6, .013, .03), "hififace": (.4, .8, .017, .1),
         "simswap": (.9, .35, .011, .1)}
made = {}


def wave(kind, rows, columns):
    """The matrix scale * sin(a i + b j + c i j), row by row."""
    a, b, c, scale = WAVES[kind]
    if (kind, rows, columns) not in made:
        made[kind, rows, columns] = [scale * math.sin(a * i + b * j + c * i * j)
                                     for i in range(rows) for j in range(columns)]
    return made[kind, rows, columns]


class Picture:
    """How a picture is written as a tensor."""

    def __init__(self, size=128, layout="nchw", channels="rgb", mean=(0,), deviation=(1,),
                 half=False):
        self.size, self.layout, self.channels, self.half = size, layout, channels, half
        self.mean, self.deviation = ([v[0]] * 3 if len(v) == 1 else list(v)
                                     for v in (mean, deviation))

    def shape(self, depth=3):
        side = [self.size, self.size]
        return [1, depth] + side if self.layout == "nchw" else [1] + side + [depth]


class Net:
    def __init__(self, name):
        self.model = Model(name)
        self.count = 0

    def node(self, op, inputs, **attributes):
        self.count += 1
        return self.model.node(op, inputs, f"{op.lower()}_{self.count}", **attributes)

    def floats(self, shape, values):
        self.count += 1
        return self.model.floats(f"constant_{self.count}", shape, values)

    def order(self, x, picture, axis=1):
        if picture.channels == "rgb":
            return x
        self.count += 1
        reverse = self.model.integers(f"reverse_{self.count}", [2, 1, 0])
        return self.node("Gather", [x, reverse], axis=axis)

    def read(self, name, picture):
        """An input as R G B planes, 0 to 1."""
        x = self.model.input(name, picture.shape(), HALF if picture.half else FLOAT)
        if picture.half:
            x = self.node("Cast", [x], to=FLOAT)
        if picture.layout == "nhwc":
            x = self.node("Transpose", [x], perm=[0, 3, 1, 2])
        x = self.order(x, picture)
        x = self.node("Mul", [x, self.floats([3, 1, 1], picture.deviation)])
        return self.node("Add", [x, self.floats([3, 1, 1], picture.mean)])

    def write(self, x, name, picture, depth=3):
        """And back. Of three channels only: a mask has no normalisation."""
        if depth == 3:
            x = self.node("Sub", [x, self.floats([3, 1, 1], picture.mean)])
            x = self.node("Div", [x, self.floats([3, 1, 1], picture.deviation)])
            x = self.order(x, picture)
        if picture.layout == "nhwc":
            x = self.node("Transpose", [x], perm=[0, 2, 3, 1])
        kind = HALF if picture.half else FLOAT
        self.model.node("Cast", [x], name, to=kind)
        self.model.output(name, picture.shape(depth), kind)

    def drive(self, vector, length):
        kind = "vector" if length == LENGTH else "drive"
        weights = self.floats([length, 8], wave(kind, length, 8))
        return self.node("Tanh", [self.node("MatMul", [vector, weights])])

    def part(self, p, first, end, shape):
        self.count += 1
        n = str(self.count)
        cut = self.node("Slice", [p, self.model.integers("begin" + n, [first]),
                                  self.model.integers("end" + n, [end]),
                                  self.model.integers("axis", [1])])
        return self.node("Reshape", [cut, self.model.integers("shape" + n, shape)])

    def transform(self, x, p, size):
        grid = [(2 * k + 1) / size - 1 for k in range(size)]
        base = self.floats([1, size, size, 2], [v for y in grid for x_ in grid
                                                for v in (x_, y)])
        shift = self.part(p, 6, 8, [1, 1, 1, 2])
        shift = self.node("Mul", [shift, self.floats([1], [.06])])
        x = self.node("GridSample", [x, self.node("Add", [base, shift])], mode="bilinear",
                      padding_mode="border", align_corners=0)
        gain = self.node("Mul", [self.part(p, 0, 3, [1, 3, 1, 1]), self.floats([1], [.3])])
        gain = self.node("Add", [gain, self.floats([1], [1])])
        add = self.node("Mul", [self.part(p, 3, 6, [1, 3, 1, 1]), self.floats([1], [.1])])
        return self.node("Add", [self.node("Mul", [x, gain]), add])

    def emap(self, half):
        """As the real file has it: a constant that no node uses."""
        values = wave("emap", LENGTH, LENGTH)
        (self.model.halves if half else self.model.floats)("buff2fs", [LENGTH] * 2, values)


def vector(net, name, half, length=LENGTH):
    x = net.model.input(name, [1, length], HALF if half else FLOAT)
    return net.node("Cast", [x], to=FLOAT)


def mean_of(net, x):
    return net.node("Flatten", [net.node("GlobalAveragePool", [x])], axis=1)


def generator(name, picture, out, source, names=("target", "source", "output"), emap=None,
              masks=None, swapped=False):
    """source: "vector", "none", or a Picture; masks: names of the outputs of a DFM;
    swapped: the source is the first input."""
    net = Net(name)
    if swapped:
        v = vector(net, names[1], picture.half)
    x = net.read(names[0], picture)
    if source == "none":
        weight = net.model.input("morph_value", [1])
        v = net.node("Reshape", [weight, net.model.integers("one", [1, 1])])
        p = net.drive(v, 1)
    elif source == "vector":
        p = net.drive(v if swapped else vector(net, names[1], picture.half), LENGTH)
    else:
        p = net.drive(mean_of(net, net.read(names[1], source)), 3)
    x = net.transform(x, p, picture.size)
    if emap:
        net.emap(emap == "half")
    if masks:
        side = [min(1, max(0, 3 * min(k, picture.size - 1 - k) / picture.size))
                for k in range(picture.size)]
        mask = net.floats([1, 1, picture.size, picture.size], [a * b for a in side
                                                               for b in side])
        net.write(mask, masks[0], out, 1)
        net.write(x, names[2], out)
        net.write(mask, masks[1], out, 1)
    else:
        net.write(x, names[2], out)
    return net.model


def identity(size, kind=FLOAT, names=("target", "output")):
    model = Model(f"identity_{size}")
    model.input(names[0], [1, 3, size, size], kind)
    model.node("Identity", [names[0]], names[1])
    model.output(names[1], [1, 3, size, size], kind)
    return model


def elsewhere():
    """Adds a constant that lies in a file beside it."""
    model = identity(128)
    model.node("Add", ["target", "beside"], "sum")
    data = model.serialise()
    tensor = (packed(1, [1]) + integer(2, FLOAT) + block(8, "beside")
              + block(13, block(1, "location") + block(2, "beside.bin")) + integer(14, 1))
    # A second graph field is merged into the first, as Protocol Buffers have it.
    return data + block(7, block(5, tensor))


def breaks(how):
    """identity_128, but not where the target's mean is above .5: fails, gives what is no
    number (nan), or a mask that covers nothing (bare)."""
    net = Net(how)
    x = net.model.input("target", [1, 3, 128, 128])
    mean = net.node("ReduceMean", [x], axes=[0, 1, 2, 3], keepdims=0)
    bright = net.node("Greater", [mean, net.floats([], [.5])])
    if how == "fails":  # There is no second one to gather.
        index = net.node("Cast", [bright], to=INT64)
        out = net.node("Gather", [x, index], axis=0)
        shape = net.model.integers("shape", [1, 3, 128, 128])
        net.model.node("Reshape", [out, shape], "output")
    elif how == "bare":
        share = net.node("Cast", [bright], to=FLOAT)
        plane = net.node("ReduceMean", [x], axes=[1], keepdims=1)
        nothing = net.node("Mul", [plane, net.floats([], [0])])
        left = net.node("Sub", [net.floats([], [1]), share])
        net.model.node("Add", [nothing, left], "mask")
        net.model.node("Identity", [x], "output")
        net.model.output("mask", [1, 1, 128, 128])
    else:
        share = net.node("Cast", [bright], to=FLOAT)
        zero = net.node("Sub", [net.floats([], [1]), share])
        net.model.node("Add", [x, net.node("Log", [net.node("Sub", [zero, share])])], "output")
    net.model.output("output", [1, 3, 128, 128])
    return net.model


def enhancer(name, picture, out, weight):
    """The transform of generators, driven by one number: an input of doubles, else 1."""
    net = Net(name)
    x = net.read("x", picture)
    if weight:
        v = net.node("Cast", [net.model.input("weight", [1], DOUBLE)], to=FLOAT)
        v = net.node("Reshape", [v, net.model.integers("one", [1, 1])])
    else:
        v = net.floats([1, 1], [1])
    net.write(net.transform(x, net.drive(v, 1), picture.size), "y", out)
    return net.model


def mask(name, picture, layout, classes, face):
    """m, the mean of the channels, 0 to 1; of classes k: s (9 m - 4) + sin k, where s is 1 for
    those that are face and else -1. Those have a second output of the same shape."""
    net = Net(name)
    x = net.node("ReduceMean", [net.read("input", picture)], axes=[1], keepdims=1)
    if classes > 1:
        s = [1 if k in face else -1 for k in range(classes)]
        x = net.node("Mul", [x, net.floats([classes, 1, 1], [9 * v for v in s])])
        x = net.node("Add", [x, net.floats([classes, 1, 1], [
            math.sin(k) - 4 * v for k, v in enumerate(s)])])
    form = Picture(picture.size, layout)
    net.write(x, "output", form, classes)
    if classes > 1:
        net.write(net.node("Neg", [x]), "other", form, classes)
    return net.model


def hangs():
    """identity_128, which takes nearly for ever where the target's mean is above .5."""
    net = Net("hangs")
    x = net.model.input("target", [1, 3, 128, 128])
    mean = net.node("ReduceMean", [x], axes=[0, 1, 2, 3], keepdims=0)
    bright = net.node("Greater", [mean, net.floats([], [.5])])
    share = net.node("Cast", [bright], to=INT64)
    turns = net.node("Mul", [share, net.model.integers("most", [1 << 50], [])])
    net.model.output("output", [1, 3, 128, 128])
    body = Model("body")
    for name, kind in (("turn", INT64), ("on", BOOL)):
        body.input(name, [], kind)
    body.input("picture", [1, 3, 128, 128])
    body.output(body.node("Identity", ["on"], "still_on"), [], BOOL)
    body.output(body.node("Identity", ["picture"], "same_picture"), [1, 3, 128, 128])
    net.model.node("Loop", [turns, "", x], "output", body=body)
    return net.model


def embedder():
    """Means of 8x8 fields, times a matrix. The batch is open, as in the real file."""
    net = Net("embedder")
    x = net.model.input("input.1", ["None", 3, "?", "?"])
    x = net.node("Flatten", [net.node("AveragePool", [x], kernel_shape=[14, 14],
                                      strides=[14, 14])], axis=1)
    weights = net.floats([192, LENGTH], wave("embed", 192, LENGTH))
    net.model.node("MatMul", [x, weights], "683")
    net.model.output("683", ["None", LENGTH])
    return net.model


def converter(kind):
    net = Net(kind)
    x = net.model.input("input", [1, LENGTH])
    net.model.node("MatMul", [x, net.floats([LENGTH] * 2, wave(kind, LENGTH, LENGTH))],
                   "output")
    net.model.output("output", [1, LENGTH])
    return net.model


class Writer:
    def __init__(self, folder):
        self.folder = folder

    def model(self, file, model):
        data = model if isinstance(model, bytes) else model.serialise()
        with open(os.path.join(self.folder, file), "wb") as out:
            out.write(data)
        return hashlib.sha256(data).hexdigest()

    def manifest(self, name, config, file, sha256):
        """config: a parser, or sections by name."""
        parser = configparser.ConfigParser()
        parser.read_dict(config)
        if not parser.has_section("model"):
            parser.add_section("model")
        parser["model"].update({"name": name, "file": file, "sha256": sha256})
        with open(os.path.join(self.folder, name + ".model"), "w", encoding="ascii") as out:
            parser.write(out)


def numbers(section, key, otherwise):
    return tuple(float(v) for v in section.get(key, otherwise).split())


def picture_of(section, size, half=False):
    size = section.get("size", str(size))
    return Picture(224 if size == "file" else int(size), section.get("layout", "nchw"),
                   section.get("channels", "rgb"), numbers(section, "mean", "0"),
                   numbers(section, "deviation", "1"), half)


def of_manifest(name, config):
    """A net of the contract that a manifest of data/manifests describes."""
    role = config["model"]["role"]
    if role == "embedder":
        return embedder()
    if role == "converter":
        return converter(name.split("_")[1])
    target = picture_of(config["input"], 128)
    if role == "mask":
        said = config["mask"]
        return mask(name, target, said.get("layout", "nchw"), int(said.get("classes", "1")),
                    [int(k) for k in said.get("face", "").split()])
    out = picture_of(config["output"] if config.has_section("output") else {}, target.size)
    if role == "enhancer":
        return enhancer(name, target, out, config.has_section("constants"))
    kind = config["source"]["kind"]
    if kind == "none":
        return generator(name, target, out, "none", ("in_face:0", "", "out_celeb_face:0"),
                         masks=("out_face_mask:0", "out_celeb_face_mask:0"))
    if kind == "image":
        return generator(name, target, out, picture_of(config["source"], 0))
    emap = "emap" in config["source"].get("steps", "").split()
    return generator(name, target, out, "vector",
                     emap=("half" if "fp16" in name else "float") if emap else None)


def write_shipped(writer, folder):
    for file in sorted(os.listdir(folder)):
        name = file.removesuffix(".model")
        config = configparser.ConfigParser()
        config.read(os.path.join(folder, file), encoding="ascii")
        net = name + ".onnx"
        writer.manifest(name, config, net, writer.model(net, of_manifest(name, config)))


SOURCE = {"kind": "embedding", "embedder": "arcface_w600k_r50",
          "steps": "normalise emap normalise"}


def write_variants(writer):
    """Other names, orders, layouts and types; each manifest says what its file has."""
    plain = {"size": "128", "template": "arcface_128"}
    rows = {
        "swapped": (Picture(), {}, {"names": ("b", "a", "c"), "swapped": True}),
        "halves": (Picture(half=True), {"model": {"dtype": "float16"}}, {"emap": "half"}),
        "last": (Picture(layout="nhwc", channels="bgr", mean=(.5, .4, .3),
                         deviation=(.2, .25, .3)), {}, {}),
    }
    for name, (picture, more, how) in rows.items():
        said = {"layout": picture.layout, "channels": picture.channels,
                "mean": " ".join(map(str, picture.mean)),
                "deviation": " ".join(map(str, picture.deviation))}
        config = {"model": {"role": "generator", **more.get("model", {})},
                  "input": {**plain, **said}, "output": said, "source": SOURCE}
        how = {"emap": "float", **how}
        sha256 = writer.model(name + ".onnx", generator(name, picture, picture, "vector",
                                                        **how))
        writer.manifest(name, config, name + ".onnx", sha256)


def constant_mask(name, value):
    """A mask that is the same for all pictures, 256x256: value(x) by the column's share."""
    net = Net(name)
    x = net.node("ReduceMean", [net.read("input", Picture(256))], axes=[1], keepdims=1)
    x = net.node("Mul", [x, net.floats([], [0])])
    row = [value((k + .5) / 256) for k in range(256)]
    net.write(net.node("Add", [x, net.floats([1, 1, 1, 256], row)]), "mask",
              Picture(256), 1)
    return net.model


def write_beside(writer):
    """Nets for beside a generator: enhancers that change nothing or fail, and plain masks."""
    for size, template in ((128, "arcface_128"), (512, "ffhq_512")):
        writer.manifest(f"better_{size}", {"model": {"role": "enhancer"}, "input":
                        {"size": str(size), "template": template}}, f"identity_{size}.onnx",
                        writer.model(f"identity_{size}.onnx", identity(size)))
    writer.manifest("better_fails", {"model": {"role": "enhancer"},
                                     "input": {"size": "128", "template": "arcface_128"}},
                    "fails.onnx", writer.model("fails.onnx", breaks("fails")))
    for name, value in (("mask_left", lambda x: x < .6), ("mask_none", lambda x: 0)):
        writer.manifest(name, {"model": {"role": "mask"}, "input":
                               {"size": "256", "template": "arcface_128"}}, name + ".onnx",
                        writer.model(name + ".onnx", constant_mask(name, value)))


def write_identities(writer):
    model = {"model": {"role": "generator"}, "source": {"kind": "none"}}
    for size in (128, 256, 512):
        file = f"identity_{size}.onnx"
        sha256 = writer.model(file, identity(size))
        for template in ("arcface_112_v1", "arcface_112_v2", "arcface_128",
                         "dfl_whole_face", "ffhq_512", "mtcnn_512"):
            writer.manifest(f"identity_{size}_{template}",
                            {**model, "input": {"size": str(size), "template": template}},
                            file, sha256)
    plain = {**model, "input": {"size": "128", "template": "arcface_128"}}
    for how in ("fails", "nan", "bare"):
        more = {"output": {"tensor": "output"}, "mask": {"tensor": "mask"}}
        writer.manifest(how, {**plain, **more} if how == "bare" else plain, how + ".onnx", writer.model(how + ".onnx", breaks(how)))
    writer.manifest("hangs", plain, "hangs.onnx", writer.model("hangs.onnx", hangs()))
    # What is wrong with these is found before a stream starts.
    sound = writer.model("identity_128.onnx", identity(128))
    writer.manifest("other_size", {**plain, "input": {"size": "256",
                                                      "template": "arcface_128"}},
                    "identity_128.onnx", sound)
    writer.manifest("other_type", {**plain, "model": {"role": "generator",
                                                      "dtype": "float16"}},
                    "identity_128.onnx", sound)
    writer.manifest("whole_numbers", plain, "whole_numbers.onnx",
                    writer.model("whole_numbers.onnx", identity(128, INT64)))
    writer.manifest("other_hash", plain, "identity_128.onnx", "0" * 64)
    with open(os.path.join(writer.folder, "damaged.onnx"), "wb") as file:
        data = identity(128).serialise()
        file.write(data[:len(data) // 2])
    writer.manifest("damaged", plain, "damaged.onnx",
                    hashlib.sha256(data[:len(data) // 2]).hexdigest())
    writer.manifest("absent", plain, "nowhere.onnx", sound)
    writer.manifest("elsewhere", plain, "elsewhere.onnx",
                    writer.model("elsewhere.onnx", elsewhere()))
    image = Picture(256)
    writer.manifest("ambiguous", {"model": {"role": "generator"},
                                  "input": {"size": "256", "template": "ffhq_512"},
                                  "source": {"kind": "image", "size": "256",
                                             "template": "ffhq_512"}}, "ambiguous.onnx",
                    writer.model("ambiguous.onnx", generator(
                        "ambiguous", image, image, image, ("a", "b", "c"))))
    writer.manifest("no_emap", {**plain, "source": SOURCE}, "swapless.onnx",
                    writer.model("swapless.onnx", generator("swapless", Picture(), Picture(),
                                                            "vector")))


def main():
    writer = Writer(os.path.dirname(os.path.abspath(sys.argv[3])))
    write_shipped(writer, sys.argv[2])
    write_variants(writer)
    write_identities(writer)
    write_beside(writer)
    with open(sys.argv[3], "w", encoding="ascii") as stamp:
        stamp.write("written\n")


if __name__ == "__main__":
    main()

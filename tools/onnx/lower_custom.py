# SPDX-License-Identifier: Apache-2.0
"""Lowers MediaPipe's three custom operators, in their second version, to ONNX's own.

Landmarks2TransformMatrix lays a turned box around some landmarks and gives the matrix
that takes the coordinates of a small picture of that box to those of the landmarks;
TransformTensorBilinear cuts that picture out; TransformLandmarks takes points in it back.
Coordinates are those of the pixels' corners: pixel i is centred at i + 0.5.
"""

import math

import flexbuffer

MAX_SIDE = 256


def _options(state, op, **kinds):
    """The options that are named, each of the kind that is given for it."""
    if op.version != 2:
        state.fail(op, f"version {op.version}, where 2 is known")
    found = flexbuffer.parse(op.custom)
    for name, kind in kinds.items():
        value = found.get(name)
        if kind is float and isinstance(value, int):
            value = float(value)
        if not isinstance(value, kind):
            state.fail(op, f"the option {name} is {value!r}")
        if kind is float and not abs(value) < 1e6:
            state.fail(op, f"the option {name} is {value}")
    return found


def _sides(state, op, options):
    sides = options["output_height"], options["output_width"]
    if not all(0 < side <= MAX_SIDE for side in sides):
        state.fail(op, f"a picture of {sides}")
    return sides


def _matrix(state, op, position):
    value, shape = state.value(op, position)
    if shape != [1, 4, 4]:
        state.fail(op, f"the matrix is {shape}, not [1, 4, 4]")
    return value


def landmarks_to_transform_matrix(state, op):
    """Points are rows here, so that turning them multiplies from the right.

    Of the turn, only sine and cosine are needed: the direction from the left to the right
    landmark over its length. Where that is 0, the angle is 0.
    """
    options = _options(state, op, left_rotation_idx=int, right_rotation_idx=int,
                       target_rotation_radians=float, output_height=int, output_width=int,
                       scale_x=float, scale_y=float, subset_idxs=list)
    value, shape = state.value(op, 0)
    height, width = _sides(state, op, options)
    ends = [options["left_rotation_idx"], options["right_rotation_idx"]]
    subset = options["subset_idxs"]
    if len(shape) != 3 or shape[0] != 1 or shape[2] != 3:
        state.fail(op, f"the landmarks are {shape}")
    if not subset or not all(isinstance(i, int) and 0 <= i < shape[1]
                             for i in ends + subset):
        state.fail(op, f"landmarks {ends} or the list are not among the {shape[1]}")
    model, stem = state.model, state.name(op)

    def node(kind, inputs, suffix, **attributes):
        return model.node(kind, inputs, stem + suffix, **attributes)

    def floats(suffix, dims, values):
        return model.floats(stem + suffix, dims, values)

    def places(suffix, points):
        flat = [3 * i + k for i in points for k in (0, 1)]
        return model.integers(stem + suffix, flat, [len(points), 2])

    every = model.integers(stem + "_all", [3 * shape[1]])
    flat = node("Reshape", [value, every], "_flat")
    points = node("Gather", [flat, places("_subset", subset)], "_points")
    pair = node("Gather", [flat, places("_ends", ends)], "_pair")
    along = node("MatMul", [floats("_minus", [1, 2], [-1, 1]), pair], "_along")
    along = node("Add", [along, floats("_nearly", [1, 2], [1e-18, 0])], "_direction")
    length = node("ReduceL2", [along], "_length", axes=[1], keepdims=1)
    unit = node("Div", [along, length], "_unit")
    target = options["target_rotation_radians"]
    cosine, sine = math.cos(target), math.sin(target)
    turns = floats("_turns", [2, 4], [cosine, sine, -sine, cosine,
                                      sine, -cosine, cosine, sine])
    turn = node("Reshape", [node("MatMul", [unit, turns], "_turn4"),
                            model.integers("shape_2_2", [2, 2])], "_turn")
    turned = node("MatMul", [points, turn], "_turned")
    most = node("ReduceMax", [turned], "_most", axes=[0], keepdims=1)
    least = node("ReduceMin", [turned], "_least", axes=[0], keepdims=1)
    size = node("Sub", [most, least], "_size")
    scales = floats("_scales", [1, 2], [options["scale_x"] / width,
                                        options["scale_y"] / height])
    axes = node("Mul", [turn, node("Mul", [size, scales], "_scale")], "_axes")
    # The turned middle, halved, is taken back by the transposed turn; as a column, the
    # turn itself does it.
    middle = node("Transpose", [node("Add", [most, least], "_sum")], "_column",
                  perm=[1, 0])
    middle = node("Mul", [node("MatMul", [turn, middle], "_twice"),
                          floats("_half", [1, 1], [0.5])], "_middle")
    corner = node("MatMul", [axes, floats("_centre", [2, 1], [-width / 2, -height / 2])],
                  "_corner")
    top = node("Concat", [axes, floats("_zeros", [2, 1], [0, 0]),
                          node("Add", [middle, corner], "_shift")], "_top", axis=1)
    rest = model.floats("last_rows", [2, 4], [0, 0, 1, 0, 0, 0, 0, 1])
    whole = node("Concat", [top, rest], "_rows", axis=0)
    out = node("Reshape", [whole, model.integers("shape_1_4_4", [1, 4, 4])], "")
    state.define(op, out, [1, 4, 4])


def transform_tensor_bilinear(state, op):
    """GridSample has the same coordinates once -1..1 spans the picture.

    It would blend the picture's border with zeros where the operator gives zeros: what
    lies beyond the outermost pixel centres is moved far away.
    """
    options = _options(state, op, output_height=int, output_width=int)
    value, shape = state.picture(op)
    matrix = _matrix(state, op, 1)
    height, width = _sides(state, op, options)
    model, stem = state.model, state.name(op)

    def node(kind, inputs, suffix, **attributes):
        return model.node(kind, inputs, stem + suffix, **attributes)

    spans = model.floats(f"spans_{shape[1]}_{shape[2]}", [1, 2, 4],
                         [2 / shape[2], 0, 0, 0, 0, 2 / shape[1], 0, 0])
    cells = height * width
    centres = model.floats(f"centres_{height}_{width}", [1, 4, cells],
                           [x + 0.5 for y in range(height) for x in range(width)]
                           + [y + 0.5 for y in range(height) for x in range(width)]
                           + [0.0] * cells + [1.0] * cells)
    place = node("MatMul", [node("MatMul", [spans, matrix], "_rows"), centres], "_place")
    place = node("Sub", [place, model.floats("one", [1], [1])], "_grid")
    limits = model.floats(f"limits_{shape[1]}_{shape[2]}", [1, 2, 1],
                          [1 - 1 / shape[2], 1 - 1 / shape[1]])
    beyond = node("Relu", [node("Sub", [node("Abs", [place], "_abs"), limits], "_over")],
                  "_beyond")
    away = node("Mul", [node("Sign", [beyond], "_sign"),
                        model.floats("far", [1], [8])], "_away")
    place = node("Add", [place, away], "_outside")
    grid = node("Transpose", [place], "_points", perm=[0, 2, 1])
    grid = node("Reshape", [grid, model.integers(f"shape_{height}_{width}_2",
                                                 [1, height, width, 2])], "_cells")
    out = node("GridSample", [value, grid], "", align_corners=0, mode="bilinear",
               padding_mode="zeros")
    state.define(op, out, [1, height, width, shape[3]])


def transform_landmarks(state, op):
    _options(state, op)
    value, shape = state.value(op, 0)
    matrix = _matrix(state, op, 1)
    if len(shape) != 3 or shape[0] != 1 or shape[2] != 2:
        state.fail(op, f"the landmarks are {shape}, not [1, any, 2]")
    model, stem = state.model, state.name(op)

    def node(kind, inputs, suffix, **attributes):
        return model.node(kind, inputs, stem + suffix, **attributes)

    flat = node("Reshape", [matrix, model.integers("shape_16", [16])], "_flat")
    columns = model.integers("columns", [0, 4, 1, 5], [2, 2])
    axes = node("Gather", [flat, columns], "_axes")
    shift = node("Gather", [flat, model.integers("shifts", [3, 7])], "_shift")
    out = node("Add", [node("MatMul", [value, axes], "_turned"), shift], "")
    state.define(op, out, shape)


LOWERINGS = {
    "Landmarks2TransformMatrix": landmarks_to_transform_matrix,
    "TransformLandmarks": transform_landmarks,
    "TransformTensorBilinear": transform_tensor_bilinear,
}

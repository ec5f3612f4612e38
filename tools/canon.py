#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of src/canon from the geometry metadata of the face mesh.

usage: canon.py canonical_face.binarypb OUT.c
"""

import math
import struct
import sys

VERTICES, TRIANGLES = 468, 898
LIPS = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415,
        308, 324, 318, 402, 317, 14, 87, 178, 88, 95]
LIDS = [[33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
        [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249]]


class Bad(Exception):
    """The file is not the geometry metadata that is expected."""


def varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Bad("cut short inside a number")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """Yields (field number, wire type, value) of one protobuf message."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        elif wire == 5:
            value, at = data[at:at + 4], at + 4
        else:
            raise Bad("wire type %d" % wire)
        if at > len(data):
            raise Bad("cut short inside field %d" % number)
        yield number, wire, value


def floats(wire, value):
    if wire == 5 or wire == 2:
        return list(struct.unpack("<%df" % (len(value) // 4), value))
    raise Bad("a float was expected")


def integers(wire, value):
    if wire == 0:
        return [value]
    out, at = [], 0
    while at < len(value):
        number, at = varint(value, at)
        out.append(number)
    return out


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    buffer, index, basis = [], [], {}
    for number, wire, value in fields(data):
        if number == 1 and wire == 2:
            for n, w, v in fields(value):
                if n == 3:
                    buffer += floats(w, v)
                elif n == 4:
                    index += integers(w, v)
        elif number == 2 and wire == 2:
            entry = {n: (w, v) for n, w, v in fields(value)}
            landmark = integers(*entry.get(1, (0, 0)))[0]
            basis[landmark] = floats(*entry[2])[0]
    if len(buffer) != VERTICES * 5 or len(index) != TRIANGLES * 3:
        raise Bad("%d numbers and %d indices" % (len(buffer), len(index)))
    if max(index) >= VERTICES or not basis or max(basis) >= VERTICES:
        raise Bad("an index is out of range")
    vertex = [buffer[i * 5:i * 5 + 3] for i in range(VERTICES)]
    uv = [buffer[i * 5 + 3:i * 5 + 5] for i in range(VERTICES)]
    triangle = [index[i * 3:i * 3 + 3] for i in range(TRIANGLES)]
    return vertex, uv, triangle, basis


def area(uv, t):
    (ax, ay), (bx, by), (cx, cy) = (uv[i] for i in t)
    return (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)


def border_loop(triangle):
    """The vertices of the one border, in order."""
    edges = {}
    for a, b, c in triangle:
        for edge in ((a, b), (b, c), (c, a)):
            edges[edge] = True
    follow = {a: b for a, b in edges if (b, a) not in edges}
    start = 10 if 10 in follow else min(follow)
    loop, at = [start], follow[start]
    while at != start:
        loop.append(at)
        at = follow[at]
    if len(loop) != len(follow):
        raise Bad("the border is not one loop")
    return loop


def mirror_of(vertex):
    out = []
    for x, y, z in vertex:
        out.append(min(range(VERTICES), key=lambda j: (vertex[j][0] + x) ** 2
                       + (vertex[j][1] - y) ** 2 + (vertex[j][2] - z) ** 2))
    return out


def mean_value_weights(uv, triangle):
    """Floater 2003: w(i,j) = (tan(a/2) + tan(b/2)) / |ij|, always positive in a
    triangulation; the angles a and b are those at i beside the edge."""
    weight = [dict() for _ in range(VERTICES)]
    for t in triangle:
        for k in range(3):
            i, j, l = t[k], t[(k + 1) % 3], t[(k + 2) % 3]
            e = (uv[j][0] - uv[i][0], uv[j][1] - uv[i][1])
            f = (uv[l][0] - uv[i][0], uv[l][1] - uv[i][1])
            angle = abs(math.atan2(e[0] * f[1] - e[1] * f[0], e[0] * f[0] + e[1] * f[1]))
            half = math.tan(angle / 2)
            for other, edge in ((j, e), (l, f)):
                weight[i][other] = weight[i].get(other, 0) + half / math.hypot(*edge)
    return weight


def border_matrix(uv, triangle, loop):
    """Solves (sum of w) x(i) = sum of w x(j) inside, x given on the border."""
    weight = mean_value_weights(uv, triangle)
    column = {v: k for k, v in enumerate(loop)}
    inside = [i for i in range(VERTICES) if i not in column]
    place = {v: k for k, v in enumerate(inside)}
    n, m = len(inside), len(loop)
    rows = []
    for i in inside:
        row = [0.0] * (n + m)
        row[place[i]] = sum(weight[i].values())
        for j, w in weight[i].items():
            if j in column:
                row[n + column[j]] += w
            else:
                row[place[j]] -= w
        rows.append(row)
    for k in range(n):           # Diagonally dominant: no pivoting is needed.
        pivot = rows[k]
        inverse = 1 / pivot[k]
        for r in range(k + 1, n):
            if rows[r][k]:
                f = rows[r][k] * inverse
                rows[r][k:] = [a - f * b for a, b in zip(rows[r][k:], pivot[k:])]
    for k in range(n - 1, -1, -1):
        row, tail = rows[k], rows[k][n:]
        for c in range(k + 1, n):
            if row[c]:
                f = row[c]
                tail = [a - f * b for a, b in zip(tail, rows[c][n:])]
        row[n:] = [a / row[k] for a in tail]
    out = [[0.0] * m for _ in range(VERTICES)]
    for i in range(VERTICES):
        if i in column:
            out[i][column[i]] = 1.0
        else:
            total = sum(rows[place[i]][n:])
            out[i] = [a / total for a in rows[place[i]][n:]]
    return out


def closing(triangle, ring, count):
    found = [t for t in triangle if all(i in ring for i in t)]
    if len(found) != count:
        raise Bad("%d triangles close a ring of %d" % (len(found), len(ring)))
    return found


def table(kind, name, shape, rows):
    text = ["const %s %s%s = {" % (kind, name, shape)]
    form = (lambda v: "%.9gf" % v if "." in "%.9g" % v or "e" in "%.9g" % v
            else "%.9g.0f" % v) if kind == "float" else str
    for row in rows:
        cells = row if isinstance(row, list) else [row]
        line = ", ".join(form(v) for v in cells)
        text.append("    {%s}," % line if isinstance(row, list) else "    %s," % line)
    return "\n".join(text + ["};", ""])


def main(source, target):
    vertex, uv, triangle, basis = read(source)
    uv = [[u, v] for u, v in uv]
    if sum(1 for t in triangle if area(uv, t) > 0) * 2 < TRIANGLES:
        triangle = [[a, c, b] for a, b, c in triangle]
    if any(area(uv, t) <= 0 for t in triangle):
        raise Bad("triangles overlap in texture space")
    loop = border_loop(triangle)
    if len(loop) != 36:
        raise Bad("the border has %d vertices" % len(loop))
    # The file's y points up and its z to the camera: turned half round the x axis.
    vertex = [[x, -y, -z] for x, y, z in vertex]
    eyes = [closing(triangle, set(ring), 14) for ring in LIDS]
    out = ["// Made by tools/canon.py from the geometry metadata that set-up fetched.",
           '#include "canon/canon.h"', ""]
    out.append(table("float", "bt_canon_vertex", "[BT_CANON_VERTICES][3]", vertex))
    out.append(table("float", "bt_canon_uv", "[BT_CANON_VERTICES][2]", uv))
    out.append(table("uint16_t", "bt_canon_triangle", "[BT_CANON_TRIANGLES][3]", triangle))
    out.append(table("float", "bt_canon_weight", "[BT_CANON_VERTICES]",
                     [basis.get(i, 0.0) for i in range(VERTICES)]))
    out.append(table("uint16_t", "bt_canon_oval", "[BT_CANON_OVAL]", loop))
    out.append(table("uint16_t", "bt_canon_lips", "[BT_CANON_RING]", LIPS))
    out.append(table("uint16_t", "bt_canon_lid", "[2][BT_CANON_LID]", LIDS))
    out.append(table("uint16_t", "bt_canon_mouth", "[BT_CANON_MOUTH][3]",
                     closing(triangle, set(LIPS), 18)))
    out.append("const uint16_t bt_canon_eye[2][BT_CANON_EYE][3] = {")
    for eye in eyes:
        out.append("    {" + ", ".join("{%d, %d, %d}" % tuple(t) for t in eye) + "},")
    out.append("};\n")
    out.append(table("uint16_t", "bt_canon_mirror", "[BT_CANON_VERTICES]", mirror_of(vertex)))
    out.append(table("float", "bt_canon_border", "[BT_CANON_VERTICES][BT_CANON_OVAL]",
                     border_matrix(uv, triangle, loop)))
    with open(target, "w") as file:
        file.write("// SPDX-License-Identifier: Apache-2.0\n" + "\n".join(out))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    try:
        main(*sys.argv[1:])
    except (Bad, OSError) as error:
        sys.exit("canon.py: %s: %s" % (sys.argv[1], error))

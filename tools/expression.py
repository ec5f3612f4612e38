#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the expression basis as C, with the matrices that solve for its weights.

usage: expression.py expression.tsv OUT.c
"""

import math
import sys

VERTICES, MODES, PERSONAL = 468, 16, 10
NAMES = ["jaw", "wide", "upper", "chin", "pout", "side", "tilt", "brow_left",
         "brow_right", "frown", "blink_left", "blink_right", "lips1", "lips2", "lips3",
         "smile"]
USUAL = 0.5     # a weight's usual size where the neutral is known
DEPTH = 0.5     # how much depth counts, which the mesh net guesses
ALIKE = 6       # neighbouring vertices err alike and tell less than their number says


class Bad(Exception):
    """The table is not whole."""


def row(fields, limit):
    step = float(fields[2])
    cells = [int(v) for v in fields[4].split()]
    if len(cells) != 3 * VERTICES or not 0 < step < 1:
        raise Bad("%s %s: %d numbers, step %g" % (*fields[:2], len(cells), step))
    if max(abs(v) for v in cells) > limit:
        raise Bad("%s %s: a number is out of range" % tuple(fields[:2]))
    return [v * step for v in cells]


def read(path):
    noise, rest, modes, persons, names, usual = 0.0, [], [], [], [], []
    with open(path, encoding="ascii") as file:
        for line in file:
            if line.startswith("#"):
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 5:
                raise Bad("a line of %d fields" % len(fields))
            if fields[0] == "noise":
                noise = float(fields[2])
            elif fields[0] == "rest":
                rest.append(row(fields, 9999))
            elif fields[0] == "mode":
                names.append(fields[1])
                usual.append(float(fields[3]))
                modes.append(row(fields, 127))
            elif fields[0] == "person":
                persons.append(row(fields, 127))
            else:
                raise Bad("a line of kind %r" % fields[0])
    if names != NAMES or len(persons) != PERSONAL or len(rest) != 1:
        raise Bad("modes %s, %d persons, %d at rest" % (names, len(persons), len(rest)))
    if not 0.001 < noise < 1:
        raise Bad("noise of %g cm" % noise)
    if not all(0.01 < u < 10 for u in usual):
        raise Bad("weights of a usual size of %s" % usual)
    return noise, rest[0], modes, persons, usual


def inverse(a):
    n = len(a)
    a = [r[:] + [float(i == j) for j in range(n)] for i, r in enumerate(a)]
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(a[i][k]))
        if abs(a[best][k]) < 1e-9:
            raise Bad("the modes depend on each other")
        a[k], a[best] = a[best], a[k]
        a[k] = [v / a[k][k] for v in a[k]]
        for i in range(n):
            if i != k and a[i][k]:
                f = a[i][k]
                a[i] = [v - f * u for v, u in zip(a[i], a[k])]
    return [r[n:] for r in a]


def solver(vectors, usual, noise, modes):
    """The rows of (V^T D V + noise prior)^-1 that give the modes' weights."""
    weight = [1.0, 1.0, DEPTH] * VERTICES
    gram = [[0.0] * len(vectors) for _ in vectors]
    for i, v in enumerate(vectors):
        weighted = [a * b for a, b in zip(v, weight)]
        for j in range(i + 1):
            gram[i][j] = gram[j][i] = math.fsum(a * b for a, b in zip(weighted, vectors[j]))
        gram[i][i] += ALIKE * noise * noise / usual[i] ** 2
    return inverse(gram)[:modes]


def number(value):
    text = "%.9g" % value
    return text + ("f" if "." in text or "e" in text else ".0f")


def vertices(values):
    triples = ["{%s}" % ", ".join(number(v) for v in values[i:i + 3])
               for i in range(0, len(values), 3)]
    return "{\n    %s\n}" % ",\n    ".join(triples)


def matrix(rows):
    return ",\n".join("    {%s}" % ", ".join(number(v) for v in r) for r in rows)


def main(source, target):
    noise, rest, modes, persons, usual = read(source)
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// Made by tools/expression.py from src/canon/expression.tsv.",
           '#include "canon/canon.h"', "",
           "const float bt_canon_rest[BT_CANON_VERTICES][3] = %s;" % vertices(rest)]
    for name, rows, count in (("mode", modes, "MODES"), ("person", persons, "PERSONAL")):
        out.append("const float bt_canon_%s[BT_CANON_%s][BT_CANON_VERTICES][3] = {\n%s\n};"
                   % (name, count, ",\n".join(vertices(r) for r in rows)))
    out.append("const float bt_canon_known[BT_CANON_MODES][BT_CANON_MODES] = {\n%s\n};"
               % matrix(solver(modes, [USUAL] * MODES, noise, MODES)))
    out.append("const float bt_canon_unknown[BT_CANON_MODES]"
               "[BT_CANON_MODES + BT_CANON_PERSONAL] = {\n%s\n};"
               % matrix(solver(modes + persons, usual + [1] * PERSONAL, noise, MODES)))
    with open(target, "w", encoding="ascii") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    try:
        main(*sys.argv[1:])
    except (Bad, OSError, ValueError, IndexError) as error:
        sys.exit("expression.py: %s: %s" % (sys.argv[1], error))

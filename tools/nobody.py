#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the textures of faces as C.

usage: nobody.py nobody.tsv OUT.c
"""

import base64
import sys

SIZES = {"fine": 128 * 256 * 3, "look": 64 * 128 * 3, "grain": 32 * 64,
         "limit": 32 * 64}
COUNTS = {"tone": 1, "tones": 2, "sides": 1, "fine": 1, "look": 12, "grain": 3,
          "limit": 6}
PEOPLE = 32


class Bad(Exception):
    """The table is not whole."""


def read(path):
    rows = {kind: [] for kind in COUNTS}
    with open(path, encoding="ascii") as file:
        for line in file:
            if line.startswith("#"):
                continue
            kind, step, values = line.rstrip("\n").split("\t")
            if kind not in rows or not 0 < float(step) <= 1:
                raise Bad("a line of kind %r, step %s" % (kind, step))
            if kind in SIZES:
                values = base64.b64decode(values, validate=True)
                if len(values) != SIZES[kind]:
                    raise Bad("%s: %d bytes" % (kind, len(values)))
            rows[kind].append((float(step), values))
    for kind, count in COUNTS.items():
        if len(rows[kind]) != count:
            raise Bad("%d lines of kind %s" % (len(rows[kind]), kind))
    return rows


def floats(text):
    values = [float(v) for v in text.split()]
    if len(values) != 3 or not all(-9 < v < 9 for v in values):
        raise Bad("a tone of %s" % text)
    return "{%s}" % ", ".join("%.4ff" % v for v in values)


def lines(numbers, width):
    return ",\n".join(",".join(str(v) for v in numbers[i:i + width])
                      for i in range(0, len(numbers), width))


def triples(numbers):
    return ["{%d,%d,%d}" % tuple(numbers[i:i + 3]) for i in range(0, len(numbers), 3)]


def signed(values):
    return [v - 256 if v > 127 else v for v in values]


def main(source, target):
    rows = read(source)
    sides = [int(v) for v in rows["sides"][0][1].split()]
    if not 0 < len(sides) <= PEOPLE or not all(0 <= v < 1 << 32 for v in sides):
        raise Bad("the sides of %d people" % len(sides))
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// Made by tools/nobody.py from src/canon/nobody.tsv.",
           '#include "canon/canon.h"', "",
           "const float bt_canon_tone[3] = %s;" % floats(rows["tone"][0][1]),
           "const float bt_canon_tones[BT_CANON_TONES][3] = {%s};"
           % ", ".join(floats(v) for _, v in rows["tones"]),
           "const uint8_t bt_canon_fine[BT_CANON_FINE_HEIGHT * BT_CANON_FINE_WIDTH][3] = {"
           "\n%s};" % lines(triples(rows["fine"][0][1]), 16),
           "const float bt_canon_look_step[BT_CANON_LOOKS] = {%s};"
           % ", ".join("%.6gf" % step for step, _ in rows["look"]),
           "const int8_t bt_canon_look[BT_CANON_LOOKS]"
           "[BT_CANON_LOOK_HEIGHT * BT_CANON_LOOK_WIDTH][3] = {\n%s};"
           % ",\n".join("{%s}" % lines(triples(signed(v)), 16) for _, v in rows["look"]),
           "const uint8_t bt_canon_grain[BT_CANON_GRAINS]"
           "[BT_CANON_GRAIN_HEIGHT * BT_CANON_GRAIN_WIDTH] = {\n%s};"
           % ",\n".join("{%s}" % lines(v, 32) for _, v in rows["grain"]),
           "const int8_t bt_canon_limit[2][3]"
           "[BT_CANON_GRAIN_HEIGHT * BT_CANON_GRAIN_WIDTH] = {\n%s};"
           % ",\n".join("{%s}" % ",\n".join("{%s}" % lines(signed(v), 32) for _, v in half)
                        for half in (rows["limit"][:3], rows["limit"][3:])),
           "const int bt_canon_sides_count = %d;" % len(sides),
           "const uint32_t bt_canon_sides[BT_CANON_SIDES_MAX] = {%s};"
           % ", ".join("%du" % v for v in sides)]
    with open(target, "w", encoding="ascii") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    try:
        main(*sys.argv[1:])
    except (Bad, OSError, ValueError) as error:
        sys.exit("nobody.py: %s: %s" % (sys.argv[1], error))

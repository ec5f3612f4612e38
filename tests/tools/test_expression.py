#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A damaged table of the expression basis fails the build, not a run.

usage: test_expression.py expression.py expression.tsv
"""
import os
import subprocess
import sys
import tempfile


def main(tool, table):
    with open(table, encoding="ascii") as file:
        lines = file.read().split("\n")
    mode = next(i for i, line in enumerate(lines) if line.startswith("mode"))
    fields = lines[mode].split("\t")
    damaged = {
        "whole": (lines, True),
        "empty": ([], False),
        "a mode less": (lines[:mode] + lines[mode + 1:], False),
        "a mode twice": (lines[:mode] + [lines[mode]] + lines[mode:], False),
        "cut short": (lines[:mode] + [lines[mode][:-40]] + lines[mode + 1:], False),
        "too large": (lines[:mode] + [lines[mode] + "9999"] + lines[mode + 1:], False),
        "no number": (lines[:mode] + [lines[mode] + "x"] + lines[mode + 1:], False),
        "a wild step": (lines[:mode] + ["\t".join(fields[:2] + ["nan"] + fields[3:])]
                        + lines[mode + 1:], False),
    }
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.tsv"), os.path.join(folder, "out.c")
        for name, (text, good) in damaged.items():
            with open(source, "w", encoding="ascii") as file:
                file.write("\n".join(text))
            if os.path.exists(target):
                os.remove(target)
            done = subprocess.run([sys.executable, tool, source, target],
                                  stderr=subprocess.PIPE, check=False)
            if (done.returncode == 0) != good or os.path.exists(target) != good:
                print("%s: exit %d, %r" % (name, done.returncode, done.stderr))
                wrong += 1
    print("%d tables, %d answers wrong" % (len(damaged), wrong))
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

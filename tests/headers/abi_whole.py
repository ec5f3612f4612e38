#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that abi.c names every structure, field and constant of the public headers.

Usage: abi_whole.py SOURCE_ROOT
"""
import pathlib
import re
import sys


def fields(body):
    """The names declared between the braces of a structure."""
    for declaration in filter(None, map(str.strip, body.split(';'))):
        function = re.search(r'\(\s*\*\s*(\w+)\s*\)', declaration)
        parts = [function.group(1)] if function else declaration.split(',')
        for part in parts:
            yield re.search(r'(\w+)\s*(?:\[[^\]]*\]\s*)*$', part).group(1)


def wanted(text):
    """The rows that abi.c needs for a header."""
    text = re.sub(r'//[^\n]*', '', text)
    for name, body in re.findall(r'struct (bauta_\w+)\s*\{([^{}]*)\}', text):
        yield f'SIZE({name},'
        for field in fields(body):
            yield f'FIELD({name}, {field},'
    for body in re.findall(r'enum bauta_\w+\s*\{([^{}]*)\}', text):
        for value in filter(None, map(str.strip, body.split(','))):
            yield f'VALUE({value.split()[0]},'


def self_test():
    text = ('struct bauta_a { int x, y[3]; float (*f)(int z); char *n; };'
            'enum bauta_b { P, Q = 2 };')
    rows = ['SIZE(bauta_a,', 'FIELD(bauta_a, x,', 'FIELD(bauta_a, y,',
            'FIELD(bauta_a, f,', 'FIELD(bauta_a, n,', 'VALUE(P,', 'VALUE(Q,']
    assert list(wanted(text)) == rows, list(wanted(text))


def main():
    self_test()
    root = pathlib.Path(sys.argv[1])
    table = (root / 'tests/headers/abi.c').read_text(encoding='utf-8')
    table = re.sub(r'\s+', ' ', table)
    rows = []
    for header in sorted(root.glob('include/bauta/*.h')):
        rows += wanted(header.read_text(encoding='utf-8'))
    missing = [row for row in rows if row not in table]
    for row in missing:
        print(f'tests/headers/abi.c: lacks {row} …)')
    print(f'{len(rows)} rows needed, {len(missing)} missing')
    return 1 if missing or not rows else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the names that the library shows and defines.

Usage: symbols.py NM INCLUDE_DIR LIBBAUTA_SO CORE_A...
The shared library exports bauta_* only, and every function that the headers declare; the
objects define bauta_* and bt_* only, so that a static link meets no other's names.
"""
import pathlib
import re
import subprocess
import sys

SANITIZERS = ('__asan', '__odr_asan', '__ubsan', '__tsan', '___asan', '__sanitizer',
              '__sancov', '__start___sancov', '__stop___sancov')
DECLARED = re.compile(r'BAUTA_API[^;{]*?\b(bauta_\w+)\s*\(')


def defined(nm, path, *flags):
    """The global names that a file defines, with their one-letter kinds."""
    run = subprocess.run([nm, '-P', '--defined-only', *flags, path], check=True,
                         capture_output=True, text=True)
    found = set()
    for line in run.stdout.splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[1]) == 1 and not line.endswith(':'):
            found.add((fields[0].split('@')[0], fields[1]))
    return found


def wrong(names, prefixes):
    """The names that carry none of the prefixes."""
    return sorted(name for name, _ in names if not name.startswith(prefixes))


def declared(folder):
    found = set()
    for header in sorted(pathlib.Path(folder).glob('bauta/*.h')):
        text = re.sub(r'//[^\n]*', '', header.read_text(encoding='utf-8'))
        found |= set(DECLARED.findall(text))
    return found


def self_test():
    names = {('bauta_x', 'T'), ('bt_y', 'T'), ('helper', 'T'), ('xbt_z', 'D')}
    assert wrong(names, ('bauta_',)) == ['bt_y', 'helper', 'xbt_z']
    assert wrong(names, ('bauta_', 'bt_')) == ['helper', 'xbt_z']
    text = 'BAUTA_API const char *bauta_a(int x);\nBAUTA_API int\nbauta_b(void);'
    assert DECLARED.findall(text) == ['bauta_a', 'bauta_b']


def main():
    self_test()
    nm, headers, shared = sys.argv[1:4]
    exported, inside = defined(nm, shared, '-D'), set()
    wanted = declared(headers)
    report = []
    for name in wrong(exported, ('bauta_',) + SANITIZERS):
        report.append(f'{shared}: exports {name}: only bauta_* may be seen')
    for core in sys.argv[4:]:
        names = defined(nm, core, '-g')
        inside |= names
        for name in wrong(names, ('bauta_', 'bt_') + SANITIZERS):
            report.append(f'{core}: defines {name}: make it static, or call it bt_{name}')
    for name in sorted(wanted - {name for name, _ in exported}):
        report.append(f'{shared}: lacks {name}, which a public header declares')
    for name, kind in sorted(exported):
        if name.startswith('bauta_') and kind == 'T' and name not in wanted:
            report.append(f'{shared}: exports {name}; no public header declares it')
    if not wanted or not any(name.startswith('bt_') for name, _ in inside):
        report.append('nothing to check: no function declared, or no bt_ name defined')
    print('\n'.join(report + [f'{len(exported)} names exported, {len(wanted)} declared, '
                              f'{len(inside)} defined inside, {len(report)} problems']))
    return 1 if report else 0


if __name__ == '__main__':
    sys.exit(main())

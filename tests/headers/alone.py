#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles each header alone, twice over, as its users would.

Usage: alone.py c|c++|internal SOURCE_ROOT [INCLUDE_FLAG...] -- COMPILER...
Public headers as C11 or C++11 with nothing but include/ in sight; internal ones as C11
with GNU's system names, as the library is built.
"""
import pathlib
import subprocess
import sys

STRICT = ['-Wall', '-Wextra', '-Werror', '-pedantic', '-fsyntax-only']
MODES = {
    'c': ['-xc', '-std=c11', '-Wstrict-prototypes'],
    'c++': ['-xc++', '-std=c++11'],
    'internal': ['-xc', '-std=c11', '-D_GNU_SOURCE', '-Wno-unused-function'],
}


def compile_text(compiler, flags, text):
    """None, or what the compiler said."""
    run = subprocess.run([*compiler, *flags, '-'], input=text, capture_output=True,
                         text=True)
    return run.stderr or 'failed' if run.returncode else None


def self_test(compiler, flags):
    """A header that leans on another, or that no compiler takes, must show."""
    good = 'typedef int bauta_good;\nint bauta_f(bauta_good x);\n'
    bad = ('uint32_t bauta_f(void);\n', 'struct bauta_x { int a\n', 'int bauta_a[0];\n')
    said = compile_text(compiler, flags, good)
    assert said is None, said
    for text in bad:
        assert compile_text(compiler, flags, text), text


def main():
    mode, root = sys.argv[1], pathlib.Path(sys.argv[2])
    split = sys.argv.index('--')
    extra, compiler = sys.argv[3:split], sys.argv[split + 1:]
    flags = MODES[mode] + STRICT + ['-I', str(root / 'include')] + extra
    folder = root / ('src' if mode == 'internal' else 'include')
    names = [path.relative_to(folder) for path in sorted(folder.glob('**/*.h'))]
    if mode == 'internal':
        flags += ['-I', str(folder)]
        form = '#include "{0}"\n#include "{0}"\n'
    else:
        form = '#include <{0}>\n#include <{0}>\n'
    self_test(compiler, flags)

    failed = 0
    for name in names:
        said = compile_text(compiler, flags, form.format(name.as_posix()))
        if said:
            failed += 1
            print(f'{name}: does not compile alone\n{said}')
    print(f'{len(names)} headers, {failed} failed')
    return 1 if failed or not names else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what a compiler does not: who includes whom, who marks frames, where flags are.

Usage: layers.py SOURCE_ROOT. First it proves on made-up trees that every rule can fail.
"""
import os
import re
import sys

BASE = ['base']
BASICS = BASE + ['frame', 'dsp']
# What a module of src may include, besides itself and <bauta/*.h>.
MAY_INCLUDE = {
    'base': [],
    'frame': BASE,
    'dsp': BASE,
    'nn': BASE,
    'canon': BASE,
    'io': BASICS,
    'face': BASICS + ['nn', 'canon'],
    'mark': BASICS,
    'gate': BASICS + ['nn'],
    'swap': BASICS + ['nn', 'canon', 'face'],
    'guard': BASICS + ['face'],
    'verify': BASICS + ['nn', 'canon', 'io', 'face', 'mark'],
    'engine': BASICS + ['nn', 'canon', 'io', 'face', 'mark', 'gate', 'swap', 'guard',
                        'verify'],
}
PUBLIC_ONLY = ('cli', 'plugins', 'examples')
LINES_MAX = 500
WHERE = 'instruction sets are chosen in src/dsp/meson.build only'
CODE = ('.c', '.h')
SCRIPTS = ('.py', '.sh', 'meson.build', 'Makefile')
FOLDERS = ('include', 'src', 'cli', 'plugins', 'examples', 'quality', 'tests', 'tools')

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\b[ \t]*(.*?)[ \t]*$', re.M)
MACHINE_FLAG = re.compile(r'-m(?:arch|cpu|tune|avx|sse|fma|f16c|bmi|aes|sha)[\w.=-]*')
TARGET = re.compile(r'__attribute__\s*\(\(\s*(?:__)?target|#\s*pragma\s+GCC\s+target')
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'
                     r"'(?:\\.|[^'\\\n])*'", re.S)


def code_only(text):
    """The text with comments and literals emptied, line numbers kept."""
    def blank(match):
        found = match.group(0)
        if found[0] in '"\'':
            return found[0] * 2
        return '\n' * found.count('\n')
    return COMMENT.sub(blank, text)


def line_of(text, at):
    return text.count('\n', 0, at) + 1


def included(text):
    """Pairs of line and what stands behind #include, comments taken off."""
    for match in INCLUDE.finditer(text):
        what = re.sub(r'\s*(//.*|/\*.*)$', '', match.group(1))
        yield line_of(text, match.start()), what


def check_src_include(path, what, files):
    module = path.split('/')[1]
    if module not in MAY_INCLUDE:
        return f'the module {module} has no row in the layer table'
    name = what[1:-1]
    first = name.split('/')[0]
    if what[0] == '<':
        if first in MAY_INCLUDE and f'src/{name}' in files:
            return f'{what}: an internal header is included with quotes'
        return None
    if '..' in name.split('/') or first not in MAY_INCLUDE:
        return f'{what}: write "module/file.h", public headers as <bauta/file.h>'
    if first != module and first not in MAY_INCLUDE[module]:
        return f'{what}: {module} may not include {first}'
    return None


def check_public_include(path, what, files):
    name = what[1:-1]
    if what[0] == '"':
        top = path.split('/')[0]
        places = (f'{os.path.dirname(path)}/{name}', f'{top}/{name}')
        if '..' in name.split('/') or not any(place in files for place in places):
            return f'{what}: {top} sees <bauta/*.h> and its own headers only'
        return None
    first = name.split('/')[0]
    if first in MAY_INCLUDE and f'src/{name}' in files:
        return f'{what}: internal headers are out of reach here'
    return None


def check_includes(path, text, files):
    top = path.split('/')[0]
    if not path.endswith(CODE) or top in ('quality', 'tests', 'tools'):
        return
    for line, what in included(text):
        problem = None
        if re.fullmatch(r'FT_\w+_H', what) and path.startswith('src/mark/'):
            continue   # FreeType's own way to name its headers
        if not re.fullmatch(r'<[^<>"]+>|"[^<>"]+"', what):
            problem = f'#include {what}: only a plain name can be checked'
        elif top == 'src':
            problem = check_src_include(path, what, files)
        elif top == 'include':
            if what[0] == '"' or ('/' in what and not what.startswith('<bauta/')):
                problem = f'{what}: a public header sees <bauta/*.h> and C only'
        elif top in PUBLIC_ONLY:
            problem = check_public_include(path, what, files)
        if not problem and 'onnxruntime' in what and not path.startswith('src/nn/ort/'):
            problem = f'{what}: only src/nn/ort knows ONNX Runtime'
        if problem:
            yield line, problem


def check_flags(path, text, files):
    del files
    if path.startswith('tests/') and not path.endswith('meson.build'):
        return
    if path.endswith(('meson.build', 'Makefile')) and path != 'src/dsp/meson.build':
        for match in MACHINE_FLAG.finditer(text):
            yield line_of(text, match.start()), f'{match.group(0)}: {WHERE}'
    if path.endswith(CODE):
        for match in TARGET.finditer(text):
            yield line_of(text, match.start()), f'a target attribute: {WHERE}'


def marked_names(code, ends=';,=[)'):
    """Variables, members and parameters of type struct bt_marked, pointers included."""
    return set(re.findall(r'\bstruct\s+bt_marked\b[\s*]*(?:const\s+)?(\w+)\s*['
                          + re.escape(ends) + ']', code))


def check_marking(path, text, files):
    """Only src/mark puts a frame into a struct bt_marked; others copy, read, empty it."""
    outside = ('tests/', 'tools/', 'src/mark/')
    if not path.endswith(CODE) or path.startswith(outside):
        return
    code = code_only(text)
    rules = [
        (r'\(\s*(?:const\s+)?struct\s+bt_marked\s*(?:\[\w*\]\s*)?\)\s*\{', 'a literal'),
        (r'\(\s*(?:const\s+)?struct\s+bt_marked\s*\*[\s*]*\)', 'a cast'),
        (r'\bstruct\s+bt_marked\s+\w+\s*(?:\[[^\]]*\]\s*)?=\s*\{(?!\s*(?:0|NULL)?\s*\})',
         'an initialiser'),
        (r'\btypedef\b[^;]*\bstruct\s+bt_marked\b', 'a typedef'),
        (r'\bunion\b[^{};]*\{[^}]*\bstruct\s+bt_marked\b', 'a union'),
    ]
    if path != 'src/frame/marked.h':
        rules.append((r'\bstruct\s+bt_marked\s*\{', 'a second definition'))
    for rule, what in rules:
        for match in re.finditer(rule, code):
            yield line_of(code, match.start()), (
                f'{what} of struct bt_marked: only src/mark makes one')

    names = marked_names(code)
    for other, content in files.items():
        if other.startswith('src/') and other.endswith('.h'):
            names |= marked_names(code_only(content), ';[')
    for name in names:
        member = rf'\b{name}\s*(?:\[[^\]]*\]\s*)?(?:\.|->)\s*'
        filled = member + r'frame\s*=(?!=)(?!\s*(?:NULL|0)\s*[;,)])'
        for match in re.finditer(filled, code):
            yield line_of(code, match.start()), (
                f'{name}.frame is set: only src/mark puts a frame there')
        given = rf'(\w*)\s*\(?\s*&\s*(?:\w+(?:\.|->))*{member}frame\b'
        for match in re.finditer(given, code):
            if match.group(1) != 'bauta_frame_unref':
                yield line_of(code, match.start()), (
                    f'&{name}.frame: it may be given to bauta_frame_unref only')
        copied = rf'\bmem(?:cpy|move)\s*\(\s*&?(?:\w+(?:\.|->))*{name}\b'
        for match in re.finditer(copied, code):
            yield line_of(code, match.start()), (
                f'{name} is copied over: only src/mark makes a struct bt_marked')


def check_length(path, text, files):
    del files
    count = text.count('\n') + (not text.endswith('\n'))
    if count >= LINES_MAX:
        yield count, f'{count} lines: a file has fewer than {LINES_MAX}'


def check_licence(path, text, files):
    del files
    sign = '//' if path.endswith(CODE) else '#'
    lines = text.split('\n', 2)
    # The system wants its own line first in a script that is run by name.
    first = lines[1] if lines[0].startswith('#!') and len(lines) > 1 else lines[0]
    if first != f'{sign} SPDX-License-Identifier: Apache-2.0':
        yield 1, f'line 1 is not "{sign} SPDX-License-Identifier: Apache-2.0"'


CHECKS = (check_includes, check_flags, check_marking, check_length, check_licence)


def problems(files):
    """files: path to text. Sorted lines of path, line and what is wrong."""
    found = []
    for path, text in files.items():
        for check in CHECKS:
            found += [(path, line, what) for line, what in check(path, text, files)]
    return sorted(set(found))


def read_tree(root):
    files = {}
    for folder in FOLDERS:
        for at, folders, names in os.walk(os.path.join(root, folder)):
            folders[:] = sorted(f for f in folders if not f.startswith(('.', '__')))
            for name in names:
                if name.endswith(CODE + SCRIPTS):
                    full = os.path.join(at, name)
                    path = os.path.relpath(full, root).replace(os.sep, '/')
                    with open(full, encoding='utf-8') as file:
                        files[path] = file.read()
    for name in ('meson.build', 'Makefile'):
        full = os.path.join(root, name)
        if os.path.exists(full):
            with open(full, encoding='utf-8') as file:
                files[name] = file.read()
    return files


TOP = '// SPDX-License-Identifier: Apache-2.0\n'
GOOD = {
    'src/frame/marked.h': TOP + 'struct bt_marked {\n    void *frame;\n};\n',
    'src/base/log.h': TOP + '#include <bauta/log.h>\n',
    'src/engine/job.h': TOP + 'struct bt_job {\n    struct bt_marked done;\n};\n',
    'src/nn/ort/net.c': TOP + '#include <onnxruntime_c_api.h>\n#include "base/log.h"\n',
    'src/mark/mark.c': TOP + '#include "frame/marked.h"\nstatic void f(void)\n{\n'
                             '    *out = (struct bt_marked){.frame = frame};\n}\n',
    'src/engine/run.c': TOP + '#include "io/io.h"\n#include "swap/swap.h"\n'
                              '// A comment may say (struct bt_marked){frame}.\n'
                              'struct bt_marked m = {0}, n = job->done;\n'
                              'f(sizeof(struct bt_marked));\njob->done.frame = NULL;\n'
                              'if (m.frame == x)\n    bauta_frame_unref(&m.frame);\n',
    'src/dsp/meson.build': TOP.replace('//', '#') + "'-mavx2'\n",
    'cli/cli.h': TOP + '#include <bauta/bauta.h>\n',
    'cli/main.c': TOP + '#include <stdio.h>\n#include "cli.h"\n',
    'include/bauta/log.h': TOP + '#include <stdint.h>\n#include <bauta/version.h>\n',
}
# Each breaks one rule: the file, what is put behind its first line, a word of the report.
BAD = [
    ('src/base/log.h', '#include "frame/frame.h"', 'base may not include frame'),
    ('src/frame/pool.c', '  #  include   "dsp/dsp.h"  // why', 'may not include dsp'),
    ('src/nn/ort/net.c', '#include "frame/frame.h"', 'nn may not include frame'),
    ('src/io/file.c', '#include "mark/mark.h"', 'io may not include mark'),
    ('src/mark/mark.c', '#include "io/io.h"', 'mark may not include io'),
    ('src/guard/guard.c', '#include "swap/swap.h"', 'guard may not include swap'),
    ('src/swap/mesh.c', '#include "engine/engine.h"', 'swap may not include engine'),
    ('src/swap/mesh.c', '#include "../face/face.h"', 'write "module/file.h"'),
    ('src/swap/mesh.c', '#include "swap.h"', 'write "module/file.h"'),
    ('src/swap/mesh.c', '#include "bauta/face.h"', 'write "module/file.h"'),
    ('src/swap/mesh.c', '#include <base/log.h>', 'with quotes'),
    ('src/swap/mesh.c', '#include HEADER', 'plain name'),
    ('src/magic/magic.c', '#include "base/log.h"', 'no row'),
    ('src/swap/mesh.c', '#include <onnxruntime_c_api.h>', 'only src/nn/ort'),
    ('cli/main.c', '#include "base/log.h"', 'sees <bauta/*.h>'),
    ('cli/main.c', '#include "../src/base/log.h"', 'sees <bauta/*.h>'),
    ('cli/main.c', '#include "src/base/log.h"', 'sees <bauta/*.h>'),
    ('examples/minimal.c', '#include <base/log.h>', 'out of reach'),
    ('include/bauta/log.h', '#include "base/log.h"', 'public header'),
    ('include/bauta/log.h', '#include <libavutil/frame.h>', 'public header'),
    ('meson.build', "args = ['-march=native']", '-march=native'),
    ('src/swap/meson.build', "c_args: '-mavx512f'", '-mavx512f'),
    ('src/swap/mesh.c', '__attribute__((target("avx2"))) int f;', 'target attribute'),
    ('src/engine/run.c', 'x = (struct bt_marked){.frame = f};', 'a literal'),
    ('src/engine/run.c', 'x = ( const struct  bt_marked )\n{ f };', 'a literal'),
    ('src/io/file.c', 'struct bt_marked m = { f };', 'an initialiser'),
    ('src/io/file.c', 'struct bt_marked m[2] = {{f}};', 'an initialiser'),
    ('src/io/file.c', 'x = *(struct bt_marked *)&frame;', 'a cast'),
    ('src/io/file.c', 'struct bt_marked m;\nm.frame = f;', 'm.frame is set'),
    ('src/io/file.c', 'void g(struct bt_marked *out)\n{\nout->frame = f;\n}', 'is set'),
    ('src/io/file.c', 'struct bt_marked m;\nbauta_frame_writable(&m.frame);', '&m.frame'),
    ('src/engine/flow.c', 'job->done.frame = job->frame;', 'done.frame is set'),
    ('src/engine/flow.c', 'p = &job->done.frame;', '&done.frame'),
    ('src/engine/flow.c', 'memcpy(&job->done, &f, sizeof(f));', 'copied over'),
    ('src/engine/flow.c', 'typedef struct bt_marked bt_m;', 'a typedef'),
    ('src/engine/flow.c', 'union u { void *p; struct bt_marked m; };', 'a union'),
    ('src/engine/flow.c', 'struct bt_marked { void *frame; };', 'a second definition'),
    ('src/engine/flow.c', 'int x;\n' * (LINES_MAX - 2), 'lines'),
]


def self_test():
    """What is good passes, and each made-up violation is found, alone."""
    failed = [f'self-test: good tree: {p}' for p in problems(GOOD)]
    for path, text, word in BAD:
        head = TOP if path.endswith(CODE) else TOP.replace('//', '#')
        first, rest = GOOD.get(path, head).split('\n', 1)
        found = problems({**GOOD, path: f'{first}\n{text}\n{rest}'})
        if len(found) != 1 or found[0][0] != path or word not in found[0][2]:
            failed.append(f'self-test: {path}: {text[:60]!r} gave {found}')
    for text in ('int x;\n', '\n' + TOP, ''):
        found = problems({**GOOD, 'src/io/file.c': text})
        if [p[0] for p in found] != ['src/io/file.c'] or 'SPDX' not in found[0][2]:
            failed.append(f'self-test: licence line of {text!r} gave {found}')
    script = problems({**GOOD, 'tools/x.py': '#!/usr/bin/env python3\n# other\n'})
    if len(script) != 1:
        failed.append(f'self-test: licence line of a script gave {script}')
    return failed


def main():
    failed = self_test()
    files = read_tree(sys.argv[1])
    found = problems(files)
    sources = sum(path.startswith('src/') for path in files)
    if not sources:
        failed.append(f'{sys.argv[1]}: no sources below it')
    for line in failed:
        print(line)
    for path, line, what in found:
        print(f'{path}:{line}: {what}')
    print(f'{len(files)} files read, {len(BAD) + 4} made-up violations tried, '
          f'{len(found)} problems')
    return 1 if failed or found else 0


if __name__ == '__main__':
    sys.exit(main())

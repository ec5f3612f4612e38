# SPDX-License-Identifier: Apache-2.0
"""Puts the manifests of data/manifests into a C file.
usage: manifests.py OUTPUT MANIFEST..."""
import json
import os
import sys


def main():
    output, paths = sys.argv[1], sys.argv[2:]
    lines = ['// SPDX-License-Identifier: Apache-2.0',
             '// Made by tools/manifests.py from data/manifests.',
             '#include <stddef.h>', '', '#include "nn/manifest.h"', '',
             'static const struct bt_shipped shipped[] = {']
    for path in sorted(paths, key=os.path.basename):
        with open(path, encoding='ascii') as file:
            text = file.read()
        name = os.path.basename(path).removesuffix('.model')
        lines.append(f'    {{{json.dumps(name)},')
        lines += [f'     {json.dumps(line)}' for line in text.splitlines(keepends=True)]
        lines[-1] += '},'
    lines += ['};', '', 'const struct bt_shipped *bt_shipped_at(int index)', '{',
              '    const int count = (int)(sizeof shipped / sizeof *shipped);',
              '    return index >= 0 && index < count ? &shipped[index] : NULL;', '}', '']
    with open(output, 'w', encoding='ascii') as file:
        file.write('\n'.join(lines))


main()

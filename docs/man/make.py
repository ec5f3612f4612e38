#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the program's own lists of options and of the window's keys into the manual page.
usage: make.py PROGRAM TEMPLATE VERSION OUTPUT"""
import subprocess
import sys

program, template, version, output = sys.argv[1:]
lists = {place: subprocess.run([program, *command], check=True,
                               stdout=subprocess.PIPE).stdout.decode()
         for place, command in (('.\\" @OPTIONS@\n', ['options', '--man']),
                                ('.\\" @KEYS@\n', ['live', '--window-keys']))}
with open(template, encoding='utf-8') as file:
    page = file.read()
for place, text in lists.items():
    if page.count(place) != 1 or not text.strip():
        sys.exit(f'{template}: there is no place {place.strip()}, or nothing for it')
    page = page.replace(place, text)
page = page.replace('@VERSION@', version)
with open(output, 'w', encoding='utf-8') as file:
    file.write(page)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the program's own list of options into the manual page.
usage: make.py PROGRAM TEMPLATE VERSION OUTPUT"""
import subprocess
import sys

program, template, version, output = sys.argv[1:]
options = subprocess.run([program, 'options', '--man'], check=True,
                         stdout=subprocess.PIPE).stdout.decode()
with open(template, encoding='utf-8') as file:
    page = file.read()
place = '.\\" @OPTIONS@\n'
if page.count(place) != 1 or not options.strip():
    sys.exit(f'{template}: there is no place for the options, or there are none')
page = page.replace(place, options).replace('@VERSION@', version)
with open(output, 'w', encoding='utf-8') as file:
    file.write(page)

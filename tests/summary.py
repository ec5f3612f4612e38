#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums up the JSON logs that `meson test` writes; the last line is the result.

Usage: summary.py LOG.json...
A log that is missing or broken counts as one failure, as does one without a test that was
run: a test run that cannot be read has not passed.
"""
import json
import sys

PASSED = ('OK', 'EXPECTEDFAIL')
SKIPPED = ('SKIP', 'IGNORED')


def read(path):
    """The tests of a log; meson writes one JSON object a line."""
    with open(path, encoding='utf-8', errors='replace') as file:
        return [json.loads(line) for line in file if line.strip()]


def show(path, test):
    print(f"==== {test['name']}: {test['result']} ({path})")
    for stream in ('stdout', 'stderr'):
        if test.get(stream):
            print(test[stream].rstrip('\n'))


def main():
    passed = failed = skipped = 0
    for path in sys.argv[1:]:
        try:
            tests = read(path)
            results = [test['result'] for test in tests]
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f'==== {path}: {error}')
            failed += 1
            continue
        if not tests:
            print(f'==== {path}: no test was run')
            failed += 1
        for test, result in zip(tests, results):
            if result in PASSED:
                passed += 1
            elif result in SKIPPED:
                skipped += 1
            else:
                failed += 1
                show(path, test)
    end = f', {skipped} skipped' if skipped else ''
    print(f'{passed} passed, {failed} failed{end}')
    return 0 if passed and not failed else 1


if __name__ == '__main__':
    sys.exit(main())

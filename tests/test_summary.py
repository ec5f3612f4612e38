#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what summary.py makes of logs: good, failing, skipped, empty and broken ones."""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def log(*results):
    """A log as meson writes it, one object a line."""
    tests = [{'name': f'test {i}', 'result': result, 'stdout': f'said {i}\n'}
             for i, result in enumerate(results)]
    return ''.join(json.dumps(test) + '\n' for test in tests)


# The logs, the last line wanted, and the exit status.
CASES = [
    ([log('OK', 'OK')], '2 passed, 0 failed', 0),
    ([log('OK', 'SKIP', 'OK'), log('OK')], '3 passed, 0 failed, 1 skipped', 0),
    ([log('OK', 'FAIL')], '1 passed, 1 failed', 1),
    ([log('OK'), log('TIMEOUT', 'ERROR', 'SKIP')], '1 passed, 2 failed, 1 skipped', 1),
    ([log('OK', 'UNEXPECTEDPASS', 'EXPECTEDFAIL')], '2 passed, 1 failed', 1),
    ([log('OK', 'a new word')], '1 passed, 1 failed', 1),
    ([log('SKIP')], '0 passed, 0 failed, 1 skipped', 1),
    ([''], '0 passed, 1 failed', 1),
    ([log('OK'), None], '1 passed, 1 failed', 1),
    ([log('OK'), log('OK')[:-9]], '1 passed, 1 failed', 1),
    ([log('OK'), '[1]\n'], '1 passed, 1 failed', 1),
    ([], '0 passed, 0 failed', 1),
]


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (logs, wanted, status) in enumerate(CASES):
            paths = [pathlib.Path(folder, f'{number}-{i}.json') for i in range(len(logs))]
            for path, text in zip(paths, logs):
                if text is not None:
                    path.write_text(text, encoding='utf-8')
            run = subprocess.run([sys.executable, HERE / 'summary.py', *paths], text=True,
                                 capture_output=True)
            lines = run.stdout.splitlines()
            good = lines and lines[-1] == wanted and run.returncode == status
            if 'FAIL' in ''.join(filter(None, logs)) and status:
                good = good and any(line.startswith('said') for line in lines)
            if not good:
                failed += 1
                print(f'case {number}: wanted {wanted!r} and {status}, got {run}')
    print(f'{len(CASES)} cases, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Tests "bauta models" where only a model is missing that faces are replaced without.

Usage: test_models.py PROGRAM MODELS_FOLDER
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

PROGRAM, MODELS = sys.argv[1], pathlib.Path(sys.argv[2])
failed = 0


def check(folder, code, word):
    global failed
    done = subprocess.run([PROGRAM, 'models', '--models', folder], capture_output=True,
                          text=True, check=False)
    good = done.returncode == code and word in done.stdout
    failed += not good
    print(f'{"ok" if good else "FAIL"}: exit code {done.returncode}, wanted {code} and '
          f'"{word}"')


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for path in [*MODELS.glob('face_*.onnx'), MODELS / 'content.onnx']:
        shutil.copy(path, folder)
    check(folder, 0, 'faceres.onnx: not here')
    (folder / 'faceres.onnx').write_bytes(b'not a model')
    check(folder, 15, 'faceres.onnx: DAMAGED')
    (folder / 'faceres.onnx').unlink()
    (folder / 'face_landmark.onnx').unlink()
    check(folder, 15, 'face_landmark.onnx: MISSING')
sys.exit(failed != 0)

# SPDX-License-Identifier: Apache-2.0
"""Tests "bauta models" where only a model is missing that faces are replaced without.

Usage: test_models.py PROGRAM MODELS_FOLDER
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROGRAM, MODELS = sys.argv[1], pathlib.Path(sys.argv[2])
failed = 0


def check(folder, code, word, env=None):
    global failed
    done = subprocess.run([PROGRAM, 'models', '--models', folder], capture_output=True,
                          text=True, check=False, env=env)
    good = done.returncode == code and word in done.stdout
    failed += not good
    print(f'{"ok" if good else "FAIL"}: exit code {done.returncode}, wanted {code} and '
          f'"{word}"')


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for path in [*MODELS.glob('face_*.onnx'), MODELS / 'content.onnx']:
        shutil.copy(path, folder)
    check(folder, 0, 'faceres.onnx: not here')
    # As a user starts it: the runtime that set-up brought lies near by.
    if any((parent / 'deps/onnxruntime/lib/libonnxruntime.so.1').exists()
           for parent in list(pathlib.Path(PROGRAM).resolve().parents)[:4]):
        check(folder, 0, 'deps/onnxruntime/lib/libonnxruntime.so.1',
              {k: v for k, v in os.environ.items() if k != 'BAUTA_RUNTIME'})
    (folder / 'faceres.onnx').write_bytes(b'not a model')
    check(folder, 15, 'faceres.onnx: DAMAGED')
    (folder / 'faceres.onnx').unlink()
    (folder / 'face_landmark.onnx').unlink()
    check(folder, 15, 'face_landmark.onnx: MISSING')
sys.exit(failed != 0)

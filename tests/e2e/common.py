# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program share. Media: $BAUTA_MEDIA, else ../shared/media, else
deps/demo; what needs more is skipped."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else 'bauta'
ROOT = pathlib.Path(os.environ.get('BAUTA_TEST_ROOT', '.')).resolve()
FFMPEG = shutil.which('ffmpeg')
CONSENT = ['--consent', 'licensed:CC0']
SLOW = 240
FEW = bool(os.environ.get('BAUTA_TEST_FEW'))     # fewer of the same kind, as all takes long


def media():
    """A photo, another one, and a clip with a face; None where there is none."""
    for folder in (os.environ.get('BAUTA_MEDIA'), ROOT.parent / 'shared/media'):
        if not folder:
            continue
        folder = pathlib.Path(folder)
        found = (folder / 'portraits/005.jpg', folder / 'portraits/031.jpg',
                 folder / 'clips/webcam-400x300.mp4')
        if all(path.exists() for path in found):
            return found
    demo = ROOT / 'deps/demo'
    if (demo / 'astronaut.png').exists() and (demo / 'hello.mp4').exists():
        return demo / 'astronaut.png', None, demo / 'hello.mp4'
    return None, None, None


PHOTO, OTHER, CLIP = media()


def ffmpeg(*args):
    subprocess.run([FFMPEG, '-v', 'error', '-y', '-nostdin', *map(str, args)], check=True)


def probe_frames(path):
    """How many frames really decode."""
    out = subprocess.run(['ffprobe', '-v', 'error', '-count_frames', '-select_streams', 'v:0',
                          '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', str(path)],
                         stdout=subprocess.PIPE, check=True).stdout.decode().strip().strip(',')
    return int(out)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not FFMPEG or not PHOTO:
            raise unittest.SkipTest('ffmpeg, a photo or a clip is missing')
        cls.shared = tempfile.TemporaryDirectory(prefix='bauta-e2e-')
        cls.base = pathlib.Path(cls.shared.name)
        os.chmod(cls.base, 0o755)
        cls.video = cls.base / 'short.mp4'
        crop = [] if 'webcam' in CLIP.name else \
            ['-vf', 'crop=254:190:114:82,scale=508:380']
        ffmpeg('-i', CLIP, '-f', 'lavfi', '-i', 'sine=440', '-t', '1', *crop, '-map', '0:v',
               '-map', '1:a', '-c:v', 'libx264', '-preset', 'ultrafast', '-r', '25',
               '-c:a', 'aac', cls.video)

    @classmethod
    def tearDownClass(cls):
        cls.shared.cleanup()

    def setUp(self):
        self.holder = tempfile.TemporaryDirectory(prefix='bauta-e2e-')
        self.dir = pathlib.Path(self.holder.name)
        os.chmod(self.dir, 0o755)

    def tearDown(self):
        self.holder.cleanup()

    def bauta(self, *args, code=0, env=None, timeout=SLOW, **more):
        p = subprocess.run([PROGRAM, *map(str, args)], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=timeout,
                           env={**os.environ, **(env or {})}, **more)
        self.err = p.stderr.decode(errors='replace')
        self.out = p.stdout.decode(errors='replace')
        self.assertEqual(p.returncode, code, f'{args}\n{self.err}')
        return p

    def swap(self, *args, input=None, output=None, photo=PHOTO, consent=CONSENT, stdin=None,
             **more):
        output = output or self.dir / 'out.mp4'
        face = ['-f', photo, *consent] if photo else []
        if stdin is not None:
            more['input'] = stdin
        return self.bauta('swap', *face, '-i', input or self.video, '-o', output, *args, **more)

    def fails(self, code, *args, names=None, left=(), **more):
        """It fails with this code, names the file, and leaves nothing behind."""
        before = sorted(p.name for p in self.dir.iterdir())
        self.swap(*args, code=code, **more)
        self.assertIn('error', self.err)
        if names is not None:
            self.assertIn(str(names), self.err)
        self.assertEqual(sorted(p.name for p in self.dir.iterdir()), sorted([*before, *left]))

    def made(self, name, data=b''):
        path = self.dir / name
        path.write_bytes(data)
        return path


def main():
    program = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=1)
    result = program.result
    for test, reason in result.skipped:
        print(f'skipped: {test}: {reason}')
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.testsRun == len(result.skipped) else 0)

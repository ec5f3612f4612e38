# SPDX-License-Identifier: Apache-2.0
"""What the tests of the ways out share: looking for label and watermark."""
import json
import os
import pathlib
import re
import subprocess

from common import FFMPEG, ROOT, Case, ffmpeg

LOOK = os.environ['BAUTA_LOOK']
CORNERS = ('top-right', 'top-left', 'bottom-right', 'bottom-left')
WEBCAM = 'webcam-400x300.mp4'


def look(path, *args):
    """What `look` prints of one file, folder or stream."""
    done = subprocess.run([LOOK, *map(str, args), str(path)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=120)
    assert not done.returncode, (path, done.stderr.decode())
    return json.loads(done.stdout)


def source(path):
    """A file of the source tree, comments taken out."""
    return re.sub(r'//[^\n]*', '', (ROOT / path).read_text())


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob('*.[ch]')):
            yield str(path.relative_to(ROOT))


class Marked(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.environ['XDG_CONFIG_HOME'] = str(cls.base / 'config')
        os.environ['XDG_STATE_HOME'] = str(cls.base / 'state')
        cls.clip = cls.base / 'clip.mp4'
        ffmpeg('-i', cls.video, '-vf', 'crop=400:225,scale=640:360,loop=-1:25', '-t', '2.2',
               '-r', '25', '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '16', '-c:a',
               'aac', cls.clip)

    def none(self, out, *args, source=None, **more):
        """A run without a face: all that it does is to mark."""
        return self.bauta('swap', '--engine', 'none', '--quiet', '-i', source or self.clip,
                          '-o', out, *args, **more)

    def marked(self, path, *args, frames=None, watermark=True):
        """Every picture in it is labelled, and every window of it has the watermark."""
        found = look(path, *args)
        self.assertGreater(found['frames'], 0, found)
        if frames is not None:
            self.assertEqual(found['frames'], frames, path)
        self.assertEqual(found['labelled'], found['frames'], found)
        self.assertGreater(found['area'], .003, found)
        if watermark:
            self.assertEqual(found['marked'], found['windows'], found)
            self.assertGreater(found['windows'], 0, found)
        return found

    def inspected(self, path):
        """bauta inspect, the detector that everybody has."""
        done = subprocess.run([*self.program(), 'inspect', '--json', '-', str(path)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return done.returncode, json.loads(done.stdout or '[]')

    @staticmethod
    def program():
        from common import PROGRAM
        return [PROGRAM]


def wrapped(path, raw, width, height, size=None):
    """Raw 4:2:0 pictures as YUV4MPEG2."""
    data = pathlib.Path(raw).read_bytes()
    size = size or width * height * 3 // 2
    with open(path, 'wb') as file:
        file.write(f'YUV4MPEG2 W{width} H{height} F25:1 Ip A1:1 C420jpeg\n'.encode())
        for at in range(0, len(data) - size + 1, size):
            file.write(b'FRAME\n' + data[at:at + size])


assert FFMPEG is None or os.path.exists(LOOK)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faces for certain people: photo:WEARER=FACE puts FACE on the wearer wherever they are.

Usage: test_map.py PROGRAM. The faces put on are dyed, so that what comes out says whose
each one is.
"""
import subprocess
import unittest

from common import CLIP, FFMPEG, OTHER, PHOTO, ROOT, Case, ffmpeg, main

WIDTH, HEIGHT, FPS, PART = 800, 300, 25, 30
SIZE = WIDTH * HEIGHT * 3 // 2
FOREMAN = CLIP and CLIP.parent / 'foreman-352x288.mp4'
DYES = {'blue': (225, 90), 'green': (85, 85)}   # Cb and Cr


def colour_of(cb, cr):
    """Light takes a dye out of skin, not out of brows and eyes."""
    blue = sum(value > 150 for value in cb)
    green = sum(a < 112 and b < 112 for a, b in zip(cb, cr))
    if max(blue, green) < 12 or 4 * min(blue, green) > max(blue, green):
        return None
    return 'blue' if blue > green else 'green'


@unittest.skipUnless(FOREMAN and FOREMAN.exists() and OTHER, 'needs the clips of two people')
class TestMap(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, photo in (('blue', PHOTO), ('green', OTHER)):
            cb, cr = DYES[name]
            ffmpeg('-i', photo, '-vf', f"scale=700:-2,format=yuv444p,geq=lum='lum(X,Y)':"
                   f'cb={cb}:cr={cr}', '-q:v', '2', cls.base / f'{name}.jpg')
        ffmpeg('-ss', '20', '-i', CLIP, '-frames:v', '1', cls.base / 'woman.png')
        ffmpeg('-ss', '4.5', '-i', FOREMAN, '-frames:v', '1', cls.base / 'man.png')
        # Side by side, then in each other's place after a cut, then a stranger with her.
        shape = f'scale=400:300,setsar=1,fps={FPS}'
        cut = f'trim=end_frame={PART},setpts=PTS-STARTPTS'
        ffmpeg('-i', CLIP, '-i', FOREMAN, '-loop', '1', '-i', CLIP.parent.parent /
               'portraits/047.jpg', '-filter_complex',
               f'[0]{shape},{cut},split=3[a][b][c];[1]{shape},{cut},split[d][e];'
               f'[2]scale=400:300:force_original_aspect_ratio=decrease,'
               f'pad=400:300:-1:-1,setsar=1,fps={FPS},{cut}[f];'
               '[a][d]hstack[x];[e][b]hstack[y];[f][c]hstack[z];[x][y][z]concat=n=3,'
               'format=yuv420p', '-c:v', 'libx264', '-crf', '10', cls.base / 'people.mp4')
        cls.people = cls.base / 'people.mp4'
        cls.map = ['--consent', 'licensed:CC0', '--map',
                   f'photo:{cls.base}/woman.png={cls.base}/blue.jpg', '--map',
                   f'photo:{cls.base}/man.png={cls.base}/green.jpg']

    def faces(self, path):
        """For each frame the colour of the left half's face and of the right half's."""
        raw = subprocess.run([FFMPEG, '-v', 'error', '-i', str(path), '-f', 'rawvideo',
                              '-pix_fmt', 'yuv420p', '-'], stdout=subprocess.PIPE,
                             check=True).stdout
        found = []
        for at in range(0, len(raw) - SIZE + 1, SIZE):
            pair = []
            for left in (0, WIDTH // 2):
                planes = []
                for plane in range(2):
                    start = at + WIDTH * HEIGHT + plane * (WIDTH * HEIGHT // 4)
                    # Where both people have their heads, 4:2:0.
                    x0, width = (left + 120) // 2, 85
                    rows = (start + y * WIDTH // 2 + x0 for y in range(50, 120))
                    planes.append(b''.join(raw[row:row + width] for row in rows))
                pair.append(colour_of(*planes))
            found.append(pair)
        return found

    def test_file(self):
        out = self.dir / 'out.mp4'
        self.bauta('swap', *self.map, '-i', self.people, '-o', out, '--quality', '10')
        found = self.faces(out)
        self.assertEqual(len(found), 3 * PART)
        parts = [found[:PART], found[PART:2 * PART], found[2 * PART:]]
        for place, (part, wanted) in enumerate(zip(parts, (
                ['blue', 'green'], ['green', 'blue'], [None, 'blue']))):
            for half in range(2):
                other = {'blue': 'green', 'green': 'blue', None: 'green'}[wanted[half]]
                colours = [pair[half] for pair in part]
                self.assertNotIn(other, colours, (place, half))
                # Until it is known who that is the head is covered.
                self.assertGreaterEqual(colours.count(wanted[half]), PART - 8,
                                        (place, half, colours))
                self.assertEqual(colours[-10:], [wanted[half]] * 10, (place, half))

    def test_live(self):
        out = self.dir / 'out.mkv'
        self.bauta('live', *self.map, '-i', self.people, '--loop', '-o', out, '--seconds',
                   '9', '--no-window')
        found = self.faces(out)
        for half in range(2):
            colours = [pair[half] for pair in found]
            self.assertIn('blue', colours)
            self.assertIn('green', colours)
        self.assertNotIn(['blue', 'blue'], found)
        self.assertNotIn(['green', 'green'], found)

    def fails(self, wearer, code, names, **more):
        out = self.dir / 'out.mp4'
        self.bauta('swap', '--consent', 'licensed:CC0', '--map', f'photo:{wearer}={PHOTO}',
                   '-i', self.people, '-o', out, code=code, **more)
        self.assertIn(names, self.err)
        self.assertFalse(out.exists())

    def test_errors(self):
        self.fails('', 2, 'photo:')
        self.fails(self.dir / 'missing.png', 4, 'missing.png')
        nobody = self.dir / 'nobody.png'
        ffmpeg('-f', 'lavfi', '-i', 'color=gray:s=320x240', '-frames:v', '1', nobody)
        self.fails(nobody, 13, 'nobody.png')
        # Without the net that knows people nothing is begun.
        models = self.dir / 'models'
        models.mkdir()
        for file in (ROOT / 'deps/models').glob('*.onnx'):
            if file.name != 'faceres.onnx':
                (models / file.name).symlink_to(file)
        self.fails(self.base / 'woman.png', 15, 'faceres.onnx',
                   env={'BAUTA_MODELS': str(models)})


if __name__ == '__main__':
    main()

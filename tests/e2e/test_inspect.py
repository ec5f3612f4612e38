#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bauta inspect on films: which part of them is looked at, and what is said of it."""
import hashlib
import json
import shutil
import socket
import struct
import subprocess
import time
import unittest

import common
from common import CLIP, PHOTO, ffmpeg

PART = 14       # seconds of each third of the film that is marked in its middle
X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-pix_fmt', 'yuv420p']


class Inspect(common.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.base / 'plain.mp4'
        cls.marked = cls.base / 'marked.mp4'
        cls.mixed = cls.base / 'mixed.mp4'
        ffmpeg('-stream_loop', '-1', '-i', CLIP, '-t', PART, '-vf', 'scale=400:-2,fps=25', '-an',
               *X264, '-g', '25', cls.plain)
        cls.run_bauta('swap', '--engine', 'none', '-i', cls.plain, '-o', cls.marked, '--quiet')
        cls.join(cls.mixed, '-g', '25')

    @classmethod
    def run_bauta(cls, *words):
        subprocess.run([common.PROGRAM, *map(str, words)], check=True)

    @classmethod
    def join(cls, out, *more):
        ffmpeg('-i', cls.plain, '-i', cls.marked, '-i', cls.plain, '-filter_complex',
               '[0:v][1:v][2:v]concat=n=3', *X264, *more, out)

    def inspect(self, path, *more, code, **options):
        self.bauta('inspect', '--json', '-', *more, path, code=code, **options)
        return json.loads(self.out)[0]

    def check_borders(self, found):
        spans = found['watermark']['windows']
        self.assertEqual([s['marked'] for s in spans], ['no', 'yes', 'no'], spans)
        # To less than a window and what lies between two.
        self.assertLess(abs(spans[1]['start'] - PART), 5, spans)
        self.assertLess(abs(spans[1]['end'] - 2 * PART), 5, spans)
        self.assertGreater(spans[1]['z'], 6)
        self.assertLess(spans[0]['z'], 6)

    def test_samples(self):
        found = self.inspect(self.mixed, code=0)
        self.assertEqual(found['looked']['part'], 'samples')
        label = found['label']
        self.assertEqual((label['state'], label['text']), ('seen', 'AI MODIFIED'))
        self.assertLess(label['frames'], label['frames_looked'])
        self.assertGreater(label['place'][0], .5)
        self.assertLess(label['place'][3], .2)
        self.assertLess(found['looked']['seconds'], .9 * 3 * PART)
        self.assertAlmostEqual(found['seconds'], 3 * PART, delta=.5)
        self.assertGreaterEqual(found['watermark']['session'], 0)
        self.check_borders(found)
        self.bauta('inspect', self.mixed)
        self.assertIn('--thorough', self.out)

    def test_thorough(self):
        found = self.inspect(self.mixed, '--thorough', code=0)
        self.assertEqual(found['looked']['part'], 'all')
        self.assertAlmostEqual(found['looked']['seconds'], 3 * PART, delta=2)
        self.check_borders(found)
        self.bauta('inspect', '--thorough', self.mixed)
        self.assertNotIn('--thorough', self.out)

    def test_many_bits(self):
        """A film whose decoding would take long is looked at in half as long windows."""
        path, more = self.dir / 'large.mp4', 3 * PART * 15000000 // 8
        shutil.copyfile(self.mixed, path)
        with path.open('ab') as file:
            file.write(struct.pack('>I4s', more, b'free'))
            file.truncate(path.stat().st_size + more)
        few, many = (self.inspect(p, code=0) for p in (self.mixed, path))
        self.check_borders(many)
        for found, longest in ((few, 4), (many, 2)):
            looked = found['looked']
            self.assertGreater(looked['seconds'], .75 * longest * looked['windows'])
            self.assertLessEqual(looked['seconds'], longest * looked['windows'])

    def test_one_key_picture(self):
        """A film that can be entered at its beginning only is read on."""
        path = self.dir / 'long.mp4'
        self.join(path, '-g', '100000', '-sc_threshold', '0', '-keyint_min', '100000')
        self.check_borders(self.inspect(path, code=0))

    def test_kinds(self):
        """Files that are searched in other ways, or not at all."""
        for ending, more in (('mkv', []), ('ts', []), ('h264', []), ('avi', [])):
            path = self.dir / f'mixed.{ending}'
            ffmpeg('-i', self.mixed, '-c', 'copy', *more, path)
            with self.subTest(ending):
                self.check_borders(self.inspect(path, code=0))

    def test_unmarked(self):
        path = self.dir / 'unmarked.mp4'
        ffmpeg('-stream_loop', '2', '-i', self.plain, '-c', 'copy', path)
        found = self.inspect(path, code=20)
        self.assertEqual(found['watermark']['found'], 'no')
        self.assertEqual(len(found['watermark']['windows']), 1)
        self.assertEqual((found['label']['state'], found['label']['text']), ('absent', None))
        self.assertEqual(found['looked']['part'], 'samples')

    def test_language(self):
        path = self.dir / 'greek.mp4'
        self.run_bauta('swap', '--engine', 'none', '--label-lang', 'el', '-i', self.video, '-o',
                       path, '--quiet')
        self.assertIn('ΤΝ', self.inspect(path, code=0)['label']['text'])
        self.bauta('swap', '--engine', 'none', '--label-lang', 'xx', '-i', self.video, '-o',
                   path, code=2)
        self.assertIn('bg, cs, da, de', self.err)

    def test_no_false_label(self):
        """No picture or clip of the folder passes for labelled."""
        for path in sorted([*PHOTO.parent.glob('*.jpg'), *CLIP.parent.glob('*.mp4')]):
            self.bauta('inspect', '--json', '-', '--seconds', '1', path, code=20)
            found = json.loads(self.out)[0]
            self.assertEqual(found['label']['state'], 'absent', path)
            self.assertLess(found['label']['score'], .5)

    def test_beginning(self):
        found = self.inspect(self.mixed, '--seconds', '8', code=20)
        self.assertEqual(found['looked']['part'], 'beginning')
        self.assertLess(found['looked']['seconds'], 9)

    def test_standard_input(self):
        """All of it is kept for the checks, and nothing of it is left."""
        env = {'TMPDIR': str(self.dir)}
        with open(self.marked, 'rb') as file:
            found = self.inspect('-', code=0, stdin=file, env=env)
        self.assertEqual(found['manifest']['state'], 'valid')
        self.assertEqual(found['sha256'],
                         hashlib.sha256(self.marked.read_bytes()).hexdigest())
        self.assertEqual(found['watermark']['found'], 'yes')
        self.assertEqual(list(self.dir.iterdir()), [])
        with open(PHOTO, 'rb') as file:
            self.bauta('inspect', '-', code=20, stdin=file, env=env)
        self.assertIn('standard input', self.out)
        video = subprocess.run([common.FFMPEG, '-v', 'error', '-i', str(self.marked), '-t', '5',
                                '-f', 'yuv4mpegpipe', '-'], stdout=subprocess.PIPE, check=True)
        found = self.inspect('-', code=0, input=video.stdout)
        self.assertEqual((found['watermark']['found'], found['manifest']['state']),
                         ('yes', 'none'))

    def test_bad_standard_input(self):
        self.bauta('inspect', '-', code=9, stdin=subprocess.DEVNULL)
        self.assertIn('standard input', self.err)
        self.bauta('inspect', '-', code=9, input=b'no picture' * 100)
        self.assertIn('standard input', self.err)
        self.bauta('inspect', '-', code=4, input=b'x', env={'TMPDIR': str(self.dir / 'none')})
        self.assertIn('TMPDIR', self.err)

    def test_network(self):
        """A stream is looked at as it comes; it carries no manifest."""
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            url = f'tcp://127.0.0.1:{s.getsockname()[1]}'
        server = subprocess.Popen([common.FFMPEG, '-v', 'error', '-nostdin', '-re', '-i',
                                   str(self.marked), '-c', 'copy', '-f', 'mpegts',
                                   url + '?listen=1'], stderr=subprocess.DEVNULL)
        try:
            for _ in range(20):
                time.sleep(.5)
                p = subprocess.run([common.PROGRAM, 'inspect', '--json', '-', '--seconds', '5',
                                    url], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                if p.returncode == 0:
                    break
        finally:
            server.kill()
            server.wait()
        found = json.loads(p.stdout)[0]
        self.assertEqual((p.returncode, found['looked']['part'], found['sha256']),
                         (0, 'stream', None), p.stderr)
        self.assertEqual(found['manifest']['state'], 'skipped')
        self.assertEqual(found['watermark']['found'], 'yes')
        self.assertGreater(found['looked']['seconds'], 3)

    def test_device(self):
        """The path of a device is a camera's; this one is none."""
        self.assertNotEqual(subprocess.run([common.PROGRAM, 'inspect', '/dev/null'],
                                           stderr=subprocess.PIPE).returncode, 0)

    def test_short(self):
        found = self.inspect(self.marked, code=0)
        self.assertEqual(found['looked']['part'], 'all')
        self.assertEqual(found['manifest']['state'], 'valid')


if __name__ == '__main__':
    common.main()

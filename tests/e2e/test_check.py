#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bauta check on files of many kinds: what it says of each, the codes, and the page."""
import base64
import hashlib
import json
import os
import re
import struct
import subprocess
import xml.etree.ElementTree as ElementTree

import common
from common import CLIP, PHOTO, ffmpeg

XHTML = '{http://www.w3.org/1999/xhtml}'
X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-pix_fmt', 'yuv420p']
# What would say that something can be trusted.
TOO_MUCH = re.compile(r'genuine|authentic|trustworthy|\bis real\b|not fake', re.I)


class Check(common.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marked = cls.base / 'marked.mp4'
        subprocess.run([common.PROGRAM, 'swap', '--engine', 'none', '--quiet', '-i',
                        str(cls.video), '-o', str(cls.marked)], check=True)

    def check(self, path, *more, code=0):
        """The report and the page, which are there or not together."""
        page, report = self.dir / 'page.html', self.dir / 'report.json'
        self.bauta('check', path, '--html', page, '--json', report, *more, code=code)
        if code not in (0, 40, 41, 42):
            self.assertFalse(page.exists() or report.exists())
            self.assertIn('error', self.err)
            return None
        self.assertIsNone(TOO_MUCH.search(self.out + page.read_text()))
        found = json.loads(report.read_text())
        self.page = self.well_formed(page)
        for finding in found['findings']:
            self.assertIn(' '.join(finding['text'].replace('\u202e', '?').split()), ' '.join(
                ''.join(self.page.itertext()).split()))
        levels = [f['level'] for f in found['findings']]
        self.assertIn('unknown', levels)
        self.assertIn('next', levels)
        self.assertIn('call back on a number', self.out.replace('\n   ', ''))
        return found

    def well_formed(self, page):
        """Nothing is fetched, nothing runs, and everything is closed."""
        text = page.read_text(encoding='utf-8')
        root = ElementTree.fromstring(text.replace('<!DOCTYPE html>', '', 1))
        self.assertIn("default-src 'none'", text)
        for element in root.iter():
            self.assertNotIn(element.tag.removeprefix(XHTML),
                             ('script', 'link', 'iframe', 'object', 'a', 'img', 'form'))
            for name, value in element.attrib.items():
                self.assertFalse(name.startswith('on') or name == 'src', name)
                if name == 'href':
                    self.assertTrue(value.startswith('data:image/jpeg;base64,'))
                    self.assertEqual(base64.b64decode(value[23:], validate=True)[:2],
                                     b'\xff\xd8')
        return root

    def topics(self, found, level):
        return {f['topic'] for f in found['findings'] if f['level'] == level}

    def test_unmarked(self):
        found = self.check(self.video)
        self.assertEqual((found['verdict'], found['watermark']), ('nothing-found', 'no'))
        self.assertEqual(self.topics(found, 'certain'), set())
        self.assertGreater(found['facts']['face_seconds'], .8)
        self.assertIn('Lavf', json.dumps(found))
        self.assertGreater(len(list(self.page.iter(f'{XHTML}polygon'))), 1)

    def test_marked(self):
        found = self.check(self.marked, code=42)
        self.assertEqual((found['verdict'], found['watermark']), ('made', 'yes'))
        self.assertLessEqual({'watermark', 'label'}, self.topics(found, 'certain'))

    def test_tampered(self):
        data = bytearray(self.marked.read_bytes())
        at = data.rindex(b'mdat') + 2000
        data[at] ^= 1
        found = self.check(self.made('tampered.mp4', bytes(data)), code=42)
        self.assertEqual(found['manifest'], 'invalid')
        self.assertIn('signature', self.topics(found, 'certain'))
        # Of one that shows no picture any more, that it was changed is still certain.
        found = self.check(self.made('cut.mp4', self.marked.read_bytes()[:14000]), code=41)
        self.assertEqual(found['verdict'], 'changed')
        self.assertIn('pictures', self.topics(found, 'unknown'))

    def test_still(self):
        found = self.check(PHOTO)
        self.assertEqual(found['facts']['frames'], 1)
        self.assertEqual(len(list(self.page.iter(f'{XHTML}polygon'))), 2)

    def test_no_face(self):
        path = self.dir / 'bars.mkv'
        ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x180:d=2', *X264, path)
        found = self.check(path)
        self.assertIn('face', self.topics(found, 'unknown'))
        self.assertEqual(list(self.page.iter(f'{XHTML}polygon')), [])

    def test_still_and_again(self):
        path = self.dir / 'still.mp4'
        ffmpeg('-i', self.video, '-vf', 'fps=12,tpad=stop_mode=clone:stop_duration=3', '-an', *X264,
               path)
        found = self.check(path, code=40)
        self.assertEqual(self.topics(found, 'likely'), {'still'})
        self.assertAlmostEqual(found['facts']['frozen_seconds'], 3, delta=.3)
        piece = self.dir / 'piece.mp4'
        ffmpeg('-ss', '3', '-t', '3', '-i', CLIP, '-an', '-vf', 'fps=12', *X264, piece)
        ffmpeg('-stream_loop', '1', '-i', piece, *X264, '-y', path)
        found = self.check(path, code=40)
        self.assertEqual(self.topics(found, 'likely'), {'repeated'})

    def test_unreadable(self):
        sound = self.dir / 'sound.m4a'
        ffmpeg('-f', 'lavfi', '-i', 'sine=440:d=1', sound)
        self.check(sound, code=10)
        self.assertIn('call back', self.err)
        self.check(self.made('damaged.mp4', self.video.read_bytes()[:3000]), code=9)
        self.check(self.made('empty.mp4'), code=9)
        self.check(self.made('notes.txt', b'I am no film.\n' * 50), code=9)
        self.check(self.dir, code=2)
        self.assertIn('is a folder', self.err)
        self.check(self.dir / 'nowhere.mp4', code=4)
        self.check('-', code=2)
        self.check(self.video, '--signature', 'nobody', code=4)
        self.bauta('check', code=2)
        self.bauta('check', self.video, '--html', '-', '--json', '-', code=2)

    def test_escaped(self):
        """Names from outside are words, never part of the page."""
        name = 'a<script>alert("1")&\u202egpj.\udcff\x1b[31m\'x.mp4'
        path = self.dir / name
        ffmpeg('-i', self.video, '-c', 'copy', '-movflags', 'use_metadata_tags', '-metadata',
               'com.apple.quicktime.model=<b onload=x>&amp;\u202e"', '-metadata',
               'com.apple.quicktime.make=M', self.dir / 'tagged.mp4')
        os.rename(self.dir / 'tagged.mp4', path)
        found = self.check(path)
        self.assertIn('M <b onload=x>&amp;', json.dumps(found))
        heading = next(self.page.iter(f'{XHTML}h1')).text
        self.assertIn('a<script>alert("1")&?gpj.??[31m\'x.mp4', heading)
        self.assertNotIn('\x1b', self.out)
        self.assertNotIn('\u202e', self.out)

    def test_standard_output(self):
        self.bauta('check', PHOTO, '--html', '-')
        self.assertTrue(self.out.startswith('<!DOCTYPE html>'))
        self.bauta('check', PHOTO, '--json', '-')
        self.assertEqual(json.loads(self.out)['verdict'], 'nothing-found')
        self.bauta('check', PHOTO, '--quiet')
        self.assertEqual(self.out, '')


def signature(path):
    """One that takes everything for usual, as src/verify/motion/file.c writes it."""
    features, windows = 190, 200
    triangle = [16. if i == k else 0. for i in range(features) for k in range(i + 1)]
    numbers = [200., 10.] + [0.] * features + triangle + [i / 50 for i in range(windows)]
    data = b'bautamo\x01' + struct.pack('>IIQ', 2, windows, 1770000000) + \
        struct.pack(f'>{len(numbers)}f', *numbers)
    path.parent.mkdir(parents=True)
    path.write_bytes(data + hashlib.sha256(data).digest())


class Signature(common.Case):
    def test_signature(self):
        env = {'XDG_DATA_HOME': str(self.dir / 'data')}
        short = self.dir / 'short.mkv'
        ffmpeg('-stream_loop', '-1', '-i', CLIP, '-t', '33', '-an', '-vf', 'fps=8.5', *X264,
               short)
        self.bauta('signature', 'list', env=env)
        self.assertEqual(self.out, '')
        self.bauta('signature', 'enrol', 'anna', self.video, code=18, env=env)
        self.assertIn('3 are needed', self.err)
        self.assertFalse((self.dir / 'data').exists())
        signature(self.dir / 'data/bauta/signatures/anna.motion')
        self.bauta('signature', 'enrol', 'anna', self.video, code=6, env=env)
        self.bauta('signature', 'list', '--json', env=env)
        listed = json.loads(self.out)
        self.assertEqual([(s['name'], s['films'], s['windows']) for s in listed],
                         [('anna', 2, 200)])
        self.bauta('signature', 'compare', 'anna', self.video, code=45, env=env)
        self.assertIn('Nothing was judged', self.out)
        self.bauta('signature', 'compare', 'anna', short, '--json', env=env)
        found = json.loads(self.out)
        self.assertEqual(found['verdict'], 'alike', found)
        self.assertGreaterEqual(found['seconds'], 30)
        self.bauta('check', self.video, '--signature', 'anna', '--json', '-', env=env)
        said = json.loads(self.out)
        self.assertEqual(said['motion']['verdict'], 'too-little')
        self.assertIn('motion', {f['topic'] for f in said['findings']})
        self.bauta('signature', 'remove', 'anna', env=env)
        self.assertFalse((self.dir / 'data/bauta/signatures').exists())
        self.bauta('signature', 'compare', 'anna', short, code=4, env=env)


class Typing(common.Case):
    def test_typing(self):
        env = {'XDG_DATA_HOME': str(self.dir / 'data')}

        def times(count, slower):
            return ''.join(','.join(f'{(.1 + .01 * ((r + k) % 3)) * slower:.3f}'
                                    for k in range(15)) + '\n' for r in range(count))
        own = self.made('own.csv', ('# holds and pauses\n' + times(30, 1)).encode())
        other = self.made('other.csv', times(3, 2).encode())
        self.bauta('typing', 'enrol', 'anna', self.made('few.csv', times(5, 1).encode()), code=2,
                   env=env)
        self.bauta('typing', 'enrol', 'anna', own, env=env)
        self.assertIn('30 repetitions of 8 keys', self.err)
        self.bauta('typing', 'enrol', 'anna', own, code=6, env=env)
        self.bauta('typing', 'verify', 'anna', own, env=env)
        self.bauta('typing', 'verify', 'anna', other, '--json', code=43, env=env)
        self.assertEqual([r['alike'] for r in json.loads(self.out)], ['no'] * 3)
        self.bauta('typing', 'verify', 'anna', self.made('x.csv', b'1,2\n'), code=9, env=env)
        self.assertIn('line 1', self.err)
        self.bauta('typing', 'list', env=env)
        self.assertEqual(self.out, 'anna\n')
        self.bauta('typing', 'remove', 'anna', env=env)
        self.bauta('typing', 'verify', 'anna', own, code=4, env=env)


if __name__ == '__main__':
    common.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens every sink there is and looks for label and watermark in what came out. A sink, an
ending or a kind of stream that is added to the program fails here until it is added below.
usage: test_sinks.py PROGRAM [UNITTEST ARGUMENTS...]"""
import re
import socket
import subprocess
import time
import unittest

from common import CLIP, FFMPEG, OTHER, PROGRAM, ROOT, ffmpeg, main
from looks import LOOK, Marked, look, source

FRAMES = 55
# Where each row of the table of sinks is looked at: here, or in the test that has what it
# needs, a kernel or a daemon.
SINKS = {
    'file': 'test_films', 'picture': 'test_pictures', 'folder': 'test_folder',
    'y4m': 'test_raw', 'stream': 'test_streams', 'null': 'test_nothing',
    'hash': 'test_nothing',
    'v4l2': ('tests/v4l2/machine.py', 'marks'),
    'pipewire': ('tests/pipewire/test_pipewire.py', 'test_marks'),
}
FILMS = ('.mp4', '.m4v', '.mov', '.mkv', '.webm')
PICTURES = ('.jpg', '.jpeg', '.png', '.webp')
STREAMS = {
    # What the listener is told before and behind its url.
    'udp': ([], '?timeout=4000000'), 'tcp': ([], '?listen=1'),
    'rtmp': (['-listen', '1'], ''), 'srt': ([], '?mode=listener'),
    'rtsp': (['-rtsp_flags', 'listen'], ''),
}
# The same sink and muxer over TLS; nothing is sent by HTTP.
NOT_SENT = {'rtmps': 'rtmp', 'http': None, 'https': None}
# What `bauta live` shows in its window is looked at on a display.
ELSEWHERE = {'window': ('tests/window/test_window.py', 'test_marks')}


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Complete(unittest.TestCase):
    def test_table(self):
        """Every row of the program's own table has a test."""
        rows = subprocess.run([LOOK, 'sinks'], stdout=subprocess.PIPE, check=True,
                              text=True).stdout.split()
        self.assertEqual(set(rows) - set(SINKS), set(), 'a sink that no test opens')
        self.assertLessEqual(set(SINKS) - set(rows), {'pipewire'}, 'a sink that is gone')
        for name, where in [*SINKS.items(), *ELSEWHERE.items()]:
            if isinstance(where, str):
                self.assertTrue(hasattr(Sinks, where), name)
            else:
                self.assertIn(where[1], (ROOT / where[0]).read_text(), name)

    def test_endings(self):
        """So has every ending and every kind of stream."""
        films = re.search(r'containers\[\] = \{(.*?)\n\};', source('src/io/av/sink_file.c'),
                          re.S)[1]
        self.assertEqual(tuple(re.findall(r'\{"(\.\w+)"', films)), FILMS)
        pictures = re.search(r'bool bt_picture_ending\(.*?\n\}', source('src/io/io.c'), re.S)[0]
        self.assertEqual(tuple(re.findall(r'"(\.\w+)"', pictures)), PICTURES)
        kinds = re.search(r'\} kinds\[\] = \{(.*?)\n\};', source('src/io/av/network.c'), re.S)[1]
        self.assertEqual(set(re.findall(r'\{"(\w+)",', kinds)), {*STREAMS, *NOT_SENT})

    def test_files_written(self):
        """Nothing but the sinks encodes or writes pictures."""
        writers = {
            'src/io/av/encode.c': 'the sinks file and stream',
            'src/io/av/transcode.c': 'sound and subtitles',
            'src/io/sink_picture.c': 'the sinks picture and folder',
            'src/verify/check/picture.c': 'small pictures of what was checked, as they are',
        }
        found = {str(path.relative_to(ROOT)) for top in ('src', 'cli')
                 for path in (ROOT / top).rglob('*.c')
                 if re.search(r'avcodec_send_frame|tjCompress|WebPEncode',
                              source(path.relative_to(ROOT)))}
        self.assertEqual(found, set(writers))


class Sinks(Marked):
    def test_can_fail(self):
        """What was not marked has neither, and pictures that are full of edges too."""
        busy = self.dir / 'busy.mp4'
        ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=2', '-c:v', 'libx264',
               '-preset', 'ultrafast', busy)
        for path in (self.clip, busy, CLIP, OTHER or CLIP):
            found = look(path)
            self.assertEqual((found['labelled'], found['marked']), (0, 0), found)
            self.assertLess(found['most'], .5, found)
        self.assertEqual(self.inspected(self.clip)[0], 20)

    def test_films(self):
        for ending in FILMS:
            with self.subTest(ending):
                out = self.dir / f'out{ending}'
                fast = ['--preset', '8'] if ending == '.webm' else []
                self.none(out, *fast)
                self.marked(out, frames=FRAMES)
                code, (said,) = self.inspected(out)
                self.assertEqual((code, said['watermark']['found']), (0, 'yes'))

    def test_pictures(self):
        still = self.dir / 'still.png'
        ffmpeg('-ss', '1', '-i', self.clip, '-frames:v', '1', still)
        one = self.dir / 'one.mp4'
        ffmpeg('-i', still, '-c:v', 'libx264', one)
        for ending in PICTURES:
            for name, made in (('still', still), ('one', one)):
                with self.subTest(f'{name}{ending}'):
                    out = self.dir / f'{name}-out{ending}'
                    self.none(out, source=made)
                    self.marked(out, frames=1)
                    self.assertEqual(self.inspected(out)[0], 0)

    def test_folder(self):
        """A film, and a folder: each of the pictures stands alone."""
        out, again = self.dir / 'out', self.dir / 'again'
        self.none(f'{out}/')
        for path in sorted(out.iterdir())[::11]:
            self.marked(path, frames=1)
        self.assertEqual(len(list(out.iterdir())), FRAMES)
        plain = self.dir / 'plain'
        plain.mkdir()
        ffmpeg('-i', self.clip, '-frames:v', '2', plain / '%d.jpg')
        self.none(f'{again}/', source=plain)
        for path in again.iterdir():
            self.marked(path, frames=1)

    def test_raw(self):
        out, piped = self.dir / 'out.y4m', self.dir / 'piped.y4m'
        self.none(out)
        self.marked(out, frames=FRAMES)
        done = self.none('-')
        piped.write_bytes(done.stdout)
        self.marked(piped, frames=FRAMES)

    def test_nothing(self):
        """null: and hash: give no picture."""
        before = sorted(self.dir.rglob('*'))
        for url in ('null:', 'hash:'):
            done = self.none(url)
            self.assertEqual(done.stdout, b'')
        self.assertEqual(sorted(self.dir.rglob('*')), before)

    def send(self, scheme, before, behind, *more):
        """What a listener gets."""
        kind = socket.SOCK_DGRAM if scheme in ('udp', 'srt') else socket.SOCK_STREAM
        url = f'{scheme}://127.0.0.1:{free_port(kind)}' + \
            ('/live/key' if scheme in ('rtmp', 'rtsp') else '')
        got = self.dir / f'{scheme}.mkv'
        listener = subprocess.Popen(
            [FFMPEG, '-v', 'error', '-y', '-nostdin', *before, '-i', url + behind, '-c',
             'copy', str(got)], stderr=subprocess.PIPE)
        try:
            for _ in range(40):
                time.sleep(.3)
                try:
                    self.none(url, '--realtime', *more)
                    break
                except AssertionError:
                    self.assertIn('connection fails', self.err)
            listener.wait(20)
        finally:
            listener.kill()
            said = listener.communicate()[1]
        self.assertTrue(got.exists(), said)
        # The first pictures may have come before the listener knew what they are.
        self.assertGreater(self.marked(got)['frames'], 35)

    def test_streams(self):
        known = subprocess.run([FFMPEG, '-v', 'error', '-protocols'], stdout=subprocess.PIPE,
                               check=True).stdout.decode().split()
        for scheme, (before, behind) in STREAMS.items():
            with self.subTest(scheme):
                if scheme not in (*known, 'rtsp'):
                    self.skipTest(f'this ffmpeg does not speak {scheme}')
                # One of them at the least bit rate that can be asked for.
                self.send(scheme, before, behind, '--quality',
                          '0' if scheme == 'tcp' else '60')

    def test_live(self):
        """A live stream: a recording, a photo and a film of pictures, at once; cards."""
        film, photo, pictures = self.dir / 'a.mkv', self.dir / 'b.png', self.dir / 'c/'
        self.bauta('live', '--engine', 'none', '--lost', 'pass', '-i', self.clip, '-o', film,
                   '-o', photo, '-o', f'{pictures}/', '--quiet')
        self.marked(film)
        self.marked(photo, frames=1)
        for path in sorted(pictures.iterdir())[::9]:
            self.marked(path, frames=1)
        cards = self.dir / 'cards.mkv'
        self.bauta('live', '--engine', 'none', '--lost', 'card', '-i', self.clip, '-o', cards,
                   '--quiet')
        self.marked(cards)

    def test_program(self):
        """No command writes pictures but those that are named here."""
        text = subprocess.run([PROGRAM, '--help'], stdout=subprocess.PIPE, check=True,
                              text=True).stdout
        commands = set(re.findall(r'^  ([a-z]+)  ', text, re.M))
        # What models writes, a generator's trial, tests/e2e/test_neural.py looks at.
        writes = {'swap', 'live', 'models'}
        # The small picture of an enrolled face is the user's own photo, not a result; those
        # of check are of what was checked, smaller, and nothing is drawn into them.
        shows = {'face', 'check'}
        # A code to scan is no picture of anybody.
        none = {'inspect', 'liveness', 'keys', 'bench', 'devices', 'codeword', 'options',
                'signature', 'typing'}
        self.assertEqual(commands, writes | shows | none)


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Streams of the network in and out, all on this machine.
usage: test_network.py PROGRAM [UNITTEST ARGUMENTS...]"""
import socket
import subprocess
import time

from common import FFMPEG, PHOTO, Case, ffmpeg, main, probe_frames


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def protocols():
    out = subprocess.run([FFMPEG, '-v', 'error', '-protocols'], stdout=subprocess.PIPE,
                         check=True).stdout.decode()
    return out.split()


def grey(path, at):
    """The luma samples of a picture in the middle of a clip, 320x180."""
    raw = subprocess.run([FFMPEG, '-v', 'error', '-ss', str(at), '-i', str(path), '-frames:v', '1',
                          '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '320x180', '-'],
                         stdout=subprocess.PIPE, check=True).stdout
    return [raw[i:i + 320] for i in range(0, len(raw), 320)]


class Network(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.even = cls.base / 'even.mp4'
        ffmpeg('-f', 'lavfi', '-i', 'color=gray:s=320x180:r=25:d=3', '-f', 'lavfi', '-i',
               'sine=440:d=3', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac',
               '-shortest', cls.even)

    def send(self, url, listen):
        """Sends the even clip to url, where ffmpeg listens, and looks at what arrived."""
        got = self.dir / 'got.mkv'
        listener = subprocess.Popen([FFMPEG, '-v', 'error', '-y', '-nostdin', *listen,
                                     '-c', 'copy', str(got)], stderr=subprocess.PIPE)
        try:
            # Nothing tells when it listens but that a connection is taken, once.
            for _ in range(20):
                time.sleep(.5)
                try:
                    self.bauta('swap', '--engine', 'none', '-i', self.even, '-o', url,
                               '--realtime', '--quiet')
                    break
                except AssertionError:
                    self.assertIn('connection fails', self.err)
            listener.wait(20)
        finally:
            listener.kill()
            listener.communicate()
        self.assertGreaterEqual(probe_frames(got), 60)
        kinds = subprocess.run(['ffprobe', '-v', 'error', '-show_entries', 'stream=codec_name',
                                '-of', 'csv=p=0', str(got)], stdout=subprocess.PIPE,
                               check=True).stdout.decode().split()
        self.assertEqual(sorted(kinds), ['aac', 'h264'])
        # The label is there, top right, and nothing like it at the left below.
        rows = grey(got, 1)
        corner = [v for row in rows[2:40] for v in row[200:318]]
        rest = [v for row in rows[120:178] for v in row[4:100]]
        self.assertGreater(max(corner) - min(corner), 100)
        self.assertLess(max(rest) - min(rest), 16)

    def test_send_tcp(self):
        url = f'tcp://127.0.0.1:{free_port()}'
        self.send(url, ['-i', url + '?listen=1'])

    def test_send_udp(self):
        url = f'udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}'
        self.send(url, ['-i', url + '?timeout=3000000'])

    def test_send_rtmp(self):
        url = f'rtmp://127.0.0.1:{free_port()}/live/key'
        self.send(url, ['-listen', '1', '-i', url])

    def test_send_srt(self):
        if 'srt' not in protocols():
            self.skipTest('this ffmpeg does not speak SRT')
        url = f'srt://127.0.0.1:{free_port(socket.SOCK_DGRAM)}'
        self.send(url, ['-i', url + '?mode=listener'])

    def receive(self, url, to, *more):
        sender = subprocess.Popen([FFMPEG, '-v', 'error', '-nostdin', '-re', '-stream_loop', '9',
                                   '-i', str(self.video), '-c:v', 'libx264', '-preset',
                                   'ultrafast', '-tune', 'zerolatency', '-g', '12', '-an',
                                   '-f', 'mpegts', to], stderr=subprocess.PIPE)
        try:
            self.swap('--quiet', *more, input=url)
        finally:
            sender.kill()
            sender.communicate()

    def test_receive_http(self):
        url = f'http://127.0.0.1:{free_port()}/camera.ts'
        sender = subprocess.Popen([FFMPEG, '-v', 'error', '-nostdin', '-re', '-stream_loop', '2',
                                   '-i', str(self.video), '-c:v', 'libx264', '-preset',
                                   'ultrafast', '-tune', 'zerolatency', '-g', '12', '-an',
                                   '-f', 'mpegts', '-listen', '1', url], stderr=subprocess.PIPE)
        try:
            time.sleep(1)
            self.swap('--quiet', input=url)
        finally:
            sender.kill()
            sender.communicate()
        # A slow machine drops some.
        self.assertGreaterEqual(probe_frames(self.dir / 'out.mp4'), 5)

    def test_receive_udp_that_breaks_off(self):
        url = f'udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}'
        self.receive(url, url)
        # Silence ends it; what came is kept.
        self.assertIn('no answer for 5 seconds', self.err)
        self.assertGreaterEqual(probe_frames(self.dir / 'out.mp4'), 20)

    def test_nobody_there(self):
        url = f'http://user:secret@127.0.0.1:{free_port()}/a.ts?key=secret'
        self.fails(8, input=url, names='http://127.0.0.1:')
        self.assertNotIn('secret', self.err)
        self.fails(8, input=f'rtsp://127.0.0.1:{free_port()}/a', names='rtsp://127.0.0.1:')
        url = f'rtmp://127.0.0.1:{free_port()}/live/secret'
        self.bauta('swap', '-f', PHOTO, '--consent', 'synthetic', '-i', self.video, '-o', url,
                   code=8)
        self.assertNotIn('secret', self.err)

    def test_no_start(self):
        self.fails(2, '--start', '1', input='udp://127.0.0.1:9', names='start')

    def test_nothing_by_http(self):
        self.bauta('swap', '--engine', 'none', '-i', self.video, '-o', 'http://127.0.0.1:9/a',
                   code=11)


if __name__ == '__main__':
    main()

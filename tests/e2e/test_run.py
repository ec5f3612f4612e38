#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a run leaves: reports, sound, pipes; and what signals do at any time.
usage: test_run.py PROGRAM [UNITTEST ARGUMENTS...]"""
import hashlib
import json
import os
import random
import signal
import stat
import subprocess
import time

from common import CONSENT, FFMPEG, PHOTO, PROGRAM, ROOT, SLOW, Case, ffmpeg, main, \
    probe_frames


class Reports(Case):
    def test_report(self):
        report = self.dir / 'r.json'
        self.swap('--json', report, '--shape', '0.5', '--tone=0.6')
        r = json.loads(report.read_text())
        out = self.dir / 'out.mp4'
        self.assertEqual(r['result'], 'done')
        self.assertEqual(r['frames'], 25)
        self.assertEqual(r['faces_swapped'], r['faces_found'])
        self.assertGreaterEqual(r['frames_with_faces'], 23)
        self.assertEqual(r['frames_failed'], 0)
        self.assertEqual(r['output']['sha256'], hashlib.sha256(out.read_bytes()).hexdigest())
        self.assertEqual(r['input']['sha256'],
                         hashlib.sha256(self.video.read_bytes()).hexdigest())
        self.assertEqual(r['engine'], 'mesh')
        self.assertIn('ExecutionProvider', r['provider'])
        self.assertRegex(r['onnx_runtime'], r'^\d+\.\d+')
        self.assertIn('face_landmark.onnx', [m['name'] for m in r['models']])
        self.assertEqual(r['options'], {'shape': '0.5'})
        self.assertEqual(r['photos'][0]['consent'], 'licensed:CC0')
        for stage in ('source', 'face', 'swap', 'guard', 'mark', 'sink', 'path'):
            t = r['stages_ms'][stage]
            self.assertEqual(t['count'], 25)
            self.assertLessEqual(t['p50'], t['p95'])
            self.assertLessEqual(t['p95'], t['p99'])
        self.assertEqual(stat.S_IMODE(report.stat().st_mode) & 0o111, 0)
        self.assertEqual(sorted(p.name for p in self.dir.iterdir()), ['out.mp4', 'r.json'])

    def test_report_on_stdout(self):
        self.swap('--json', '-', '--quiet', '--duration', '0.2')
        self.assertEqual(json.loads(self.out)['frames'], 5)
        self.assertEqual(self.err, '')

    def test_none(self):
        self.swap('--engine', 'none', '--json', '-', photo=None, env={
            'BAUTA_RUNTIME': '/nonexistent', 'BAUTA_MODELS': '/nonexistent'})
        r = json.loads(self.out)
        self.assertEqual((r['frames'], r['provider'], r['models']), (25, None, []))

    def test_sound_is_kept(self):
        self.swap()
        hashes = [subprocess.run([FFMPEG, '-v', 'error', '-i', str(path), '-map', '0:a', '-c',
                                  'copy', '-f', 'md5', '-'], stdout=subprocess.PIPE,
                                 check=True).stdout for path in (self.video,
                                                                 self.dir / 'out.mp4')]
        self.assertEqual(hashes[0], hashes[1])

    def test_pipes(self):
        raw = subprocess.run([FFMPEG, '-v', 'error', '-i', str(self.video), '-t', '0.2', '-f',
                              'yuv4mpegpipe', '-'], stdout=subprocess.PIPE, check=True).stdout
        p = self.swap(input='-', output='-', stdin=raw)
        self.assertEqual(p.stdout[:9], b'YUV4MPEG2')
        self.assertEqual(p.stdout.count(b'FRAME\n'), 5)

    def test_bench(self):
        self.bauta('bench', '-f', PHOTO, *CONSENT, '--size', '320x240', '--frames', '10',
                   '--json', '-')
        r = json.loads(self.out)
        self.assertEqual(r['one_thread']['frames'], 10)
        self.assertEqual(r['whole_path']['frames'], 10)
        self.assertGreater(r['one_thread']['faces_swapped'], 0)
        net = ROOT / 'deps/models/face_landmark.onnx'
        self.bauta('bench', '--size', '160x120', '--frames', '4', '--net', net)
        self.assertIn('times faster than the generator', self.out)
        self.bauta('bench', '--size', '1x1', code=2)
        self.bauta('bench', '--frames', '4', '--net', '/nonexistent.onnx', code=4)


class Signals(Case):
    def start(self, *args):
        return subprocess.Popen([PROGRAM, 'swap', '-f', str(PHOTO), *CONSENT, *map(str, args)],
                                stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def check_stop(self, number, wait, early):
        long_video = self.base / 'long.mp4'
        if not long_video.exists():
            ffmpeg('-stream_loop', '200', '-i', self.video, '-c', 'copy', long_video)
        out = self.dir / 'out.mp4'
        p = self.start('-i', long_video, '-o', out)
        end = time.monotonic() + SLOW
        while not early and not any(self.dir.iterdir()) and time.monotonic() < end:
            time.sleep(.01)
        time.sleep(wait)
        p.send_signal(number)
        err = p.communicate(timeout=SLOW)[1].decode()
        # Before the program is up the signal simply kills it.
        self.assertIn(p.returncode, (19, -number) if early else (19,), err)
        left = sorted(path.name for path in self.dir.iterdir())
        self.assertIn(left, ([], ['out.mp4']))
        if left:
            self.assertGreater(probe_frames(out), 0)
            out.unlink()
        return bool(left)

    def test_any_time(self):
        rng = random.Random(7)
        kept = 0
        for i in range(8):
            wait = rng.uniform(0, .5) if i < 5 else rng.uniform(0, 3)
            number = (signal.SIGINT, signal.SIGTERM)[i % 2]
            kept += self.check_stop(number, wait, i < 5)
        kept += self.check_stop(signal.SIGTERM, 6, False)
        self.assertGreater(kept, 0)

    def test_second_kills(self):
        # A reader that never reads keeps the first signal from ending anything.
        read, write = os.pipe()
        p = subprocess.Popen([PROGRAM, 'swap', '--engine', 'none', '-i',
                              'test:640x480@25,frames=100000', '-o', '-'], stdout=write,
                             stderr=subprocess.DEVNULL)
        time.sleep(1)
        p.send_signal(signal.SIGINT)
        time.sleep(.5)
        self.assertIsNone(p.poll())
        p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(timeout=20), -signal.SIGINT)
        os.close(read)
        os.close(write)

    def test_reader_goes(self):
        read, write = os.pipe()
        p = subprocess.Popen([PROGRAM, 'swap', '--engine', 'none', '-i',
                              'test:640x480@25,frames=100000', '-o', '-'], stdout=write,
                             stderr=subprocess.PIPE)
        os.close(write)
        os.read(read, 1000)
        os.close(read)
        err = p.communicate(timeout=SLOW)[1].decode()
        self.assertEqual(p.returncode, 8, err)
        self.assertIn('standard output', err)


if __name__ == '__main__':
    main()

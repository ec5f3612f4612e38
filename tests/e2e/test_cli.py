#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program as a user meets it: what goes wrong, what it says then, what it leaves.
usage: test_cli.py PROGRAM [UNITTEST ARGUMENTS...]
Media: $BAUTA_MEDIA, else ../shared/media, else deps/demo; what needs more is skipped."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else 'bauta'
ROOT = pathlib.Path(os.environ.get('BAUTA_TEST_ROOT', '.')).resolve()
FFMPEG = shutil.which('ffmpeg')
CONSENT = ['--consent', 'licensed:CC0']
SLOW = 240


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


class Inputs(Case):
    def test_no_file(self):
        self.fails(4, input='/nonexistent/a.mp4', names='/nonexistent/a.mp4')
        self.fails(4, photo='/nonexistent/p.jpg', names='/nonexistent/p.jpg')

    def test_folder_without_pictures(self):
        folder = self.dir / 'empty'
        folder.mkdir()
        (folder / 'readme.txt').write_text('nothing here')
        self.fails(4, input=folder, names=folder)

    def test_text_named_mp4(self):
        path = self.made('text.mp4', b'This is no video, whatever its name says.\n' * 50)
        self.fails(9, input=path, names=path)
        self.fails(9, photo=path, names=path)

    def test_zero_bytes(self):
        video, photo = self.made('zero.mp4'), self.made('zero.jpg')
        self.fails(9, input=video, names=video)
        self.fails(9, photo=photo, names=photo)

    def test_truncated(self):
        whole = self.dir / 'whole.mkv'
        ffmpeg('-i', self.video, '-c', 'copy', whole)
        data = whole.read_bytes()
        cut = self.made('cut.mkv', data[:len(data) // 2])
        self.swap(input=cut)
        self.assertIn(cut.name, self.err)
        self.assertIn('warning', self.err)
        frames = probe_frames(self.dir / 'out.mp4')
        self.assertGreater(frames, 2)
        self.assertLess(frames, 25)

    def test_truncated_without_index(self):
        cut = self.made('cut.mp4', self.video.read_bytes()[:3000])
        self.fails(9, input=cut, names=cut)

    def test_no_video(self):
        sound = self.dir / 'sound.m4a'
        ffmpeg('-f', 'lavfi', '-i', 'sine=440', '-t', '0.3', '-c:a', 'aac', sound)
        self.fails(10, input=sound, names=sound)

    def test_odd_and_small(self):
        for size in ('333:251', '96:64', '151:3'):
            odd = self.dir / 'odd.mkv'
            ffmpeg('-i', self.video, '-t', '0.2', '-vf', f'scale={size}', '-pix_fmt', 'yuv444p',
                   '-c:v', 'ffv1', odd)
            self.swap('--force', input=odd)
            self.assertEqual(probe_frames(self.dir / 'out.mp4'), 5)

    def test_hostile_names(self):
        for name in ('-x.mp4', 'a:b.mp4', 'test:x.mp4', 'new\nline\x1b[31m.mp4', 'é ü.mp4'):
            path = self.dir / name
            shutil.copy(self.video, path)
            self.swap('--duration', '0.1', '--force', input=path, output=self.dir / ('o' + name))
            missing = str(path) + '-missing.mp4'
            self.swap(input=missing, code=4)
            self.assertNotIn('\x1b', self.err)
            self.assertEqual(self.err.count('\n'), 1)

    def test_picture(self):
        self.swap(input=PHOTO, output=self.dir / 'out.png')
        self.assertEqual((self.dir / 'out.png').read_bytes()[:4], b'\x89PNG')

    def test_folder(self):
        folder = self.dir / 'in'
        folder.mkdir()
        ffmpeg('-i', self.video, '-frames:v', '3', folder / '%03d.png')
        self.swap(input=folder, output=self.dir / 'out.mp4')
        self.assertEqual(probe_frames(self.dir / 'out.mp4'), 3)


class Photos(Case):
    def picture(self, name, *args):
        path = self.dir / name
        ffmpeg(*args, '-frames:v', '1', path)
        return path

    def test_no_face(self):
        path = self.picture('grey.png', '-f', 'lavfi', '-i', 'testsrc=size=320x240')
        self.fails(13, photo=path, names=path)

    def test_one_pixel(self):
        path = self.picture('dot.png', '-i', PHOTO, '-vf', 'scale=1:1')
        self.fails(18, photo=path, names=path)

    def test_forty_megapixels(self):
        path = self.picture('huge.jpg', '-i', PHOTO, '-vf', 'scale=6400:6400')
        self.swap('--duration', '0.1', photo=path)

    def test_over_the_limit(self):
        path = self.picture('huge.png', '-f', 'lavfi', '-i', 'color=gray:size=9000x8000')
        self.fails(17, photo=path, names=path)

    def test_several_faces(self):
        if not OTHER:
            self.skipTest('needs two portraits')
        path = self.picture('two.png', '-i', PHOTO, '-i', OTHER, '-filter_complex',
                            '[0]scale=400:400,pad=800:800[a];[1]scale=800:800[b];[a][b]hstack')
        self.swap('--duration', '0.1', photo=path)
        self.assertIn('2 faces', self.err)
        self.assertIn('largest', self.err)
        report = self.dir / 'r.json'
        self.swap('--duration', '0.1', '--force', '--source-face', '1', '--json', report,
                  photo=path)
        self.assertEqual(json.loads(report.read_text())['photos'][0]['face'], 1)
        self.assertNotIn('largest', self.err)
        report.unlink()
        (self.dir / 'out.mp4').unlink()
        self.fails(13, '--source-face', '3', photo=path, names=path)
        self.fails(2, '--source-face', 'x', photo=path)

    def test_consent(self):
        for consent in ([], ['--consent', ''], ['--consent', 'because'],
                        ['--consent', 'written:'], ['--consent', 'licensed:  ']):
            self.fails(14, consent=consent, names=PHOTO)
        for word in ('self', 'written:', 'licensed:', 'synthetic'):
            self.assertIn(word, self.err)

    def test_consent_order(self):
        # Given first it holds for all; behind a photo for that one only.
        report = self.dir / 'r.json'
        self.bauta('swap', '--consent', 'self', '--map', f'left={PHOTO}', '--map',
                   f'right={PHOTO}', '--consent', 'licensed:X', '-i', self.video, '-o', 'null:',
                   '--duration', '0.1', '--json', report)
        photos = json.loads(report.read_text())['photos']
        self.assertEqual([(p['target'], p['consent']) for p in photos],
                         [('left', 'self'), ('right', 'licensed:X')])
        report.unlink()
        self.bauta('swap', '--map', f'left={PHOTO}', '--consent', 'self', '--map',
                   f'right={PHOTO}', '-i', self.video, '-o', 'null:', code=14)
        self.assertIn(str(PHOTO), self.err)


class Outputs(Case):
    def test_folder_missing(self):
        out = self.dir / 'no/such/out.mp4'
        self.fails(4, output=out, names=out)

    def test_exists(self):
        old = self.made('out.mp4', b'precious')
        self.fails(6, names=old)
        self.assertIn('--force', self.err)
        self.assertEqual(old.read_bytes(), b'precious')
        self.swap('--force')
        self.assertEqual(probe_frames(old), 25)

    def test_no_permission(self):
        folder = self.dir / 'closed'
        folder.mkdir()
        more = {}
        if os.geteuid() == 0:
            # Root may write anywhere, so somebody else has to try.
            more = {'user': 65534, 'group': 65534}
            try:
                rights = subprocess.run([PROGRAM, '--version'], stdout=subprocess.DEVNULL,
                                        **more).returncode
            except OSError:
                rights = 1
            readable = subprocess.run(['test', '-r', str(PHOTO)], **more).returncode
            if rights or readable:
                self.skipTest('runs as root, and nobody else may read the files')
        folder.chmod(0o555)
        self.fails(5, output=folder / 'out.mp4', names=folder / 'out.mp4', **more)

    def test_disk_full(self):
        disk = self.dir / 'disk'
        disk.mkdir()
        made = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=24k', 'tmpfs', str(disk)],
                              stderr=subprocess.DEVNULL)
        if made.returncode:
            self.skipTest('a small tmpfs cannot be mounted here')
        try:
            self.fails(7, output=disk / 'out.mkv', names=disk / 'out.mkv')
            self.assertEqual(list(disk.iterdir()), [])
        finally:
            subprocess.run(['umount', str(disk)], check=True)

    def test_report_folder_missing(self):
        report = self.dir / 'no/r.json'
        self.fails(4, '--json', report, names=report)


class Parts(Case):
    def test_models_missing(self):
        empty = self.dir / 'models'
        empty.mkdir()
        self.fails(15, '--models', empty, names='face_')
        self.assertIn('setup.sh', self.err)
        self.bauta('models', '--models', empty, code=15)
        self.assertIn('MISSING', self.out)

    def test_model_damaged(self):
        folder = self.dir / 'models'
        folder.mkdir()
        for path in (ROOT / 'deps/models').glob('*.onnx'):
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            (folder / path.name).write_bytes(data)
        self.fails(15, '--models', folder, names=folder)
        self.bauta('models', '--models', folder, code=15)
        self.assertIn('DAMAGED', self.out)

    def test_runtime_missing(self):
        self.fails(16, env={'BAUTA_RUNTIME': '/nonexistent/libonnxruntime.so.1'},
                   names='/nonexistent/libonnxruntime.so.1')

    def test_models_good(self):
        self.bauta('models')
        self.assertIn('Apache-2.0', self.out)
        self.assertNotIn('MISSING', self.out)


class Words(Case):
    def test_unknown_option(self):
        self.fails(2, '--shap', '0.5', names='--shap')
        self.assertIn('--shape', self.err)
        self.fails(2, '--consnt', 'self')
        self.assertIn('--consent', self.err)
        self.fails(2, '-Z', names='-Z')
        self.fails(2, '--entirely-else', names='--entirely-else')

    def test_unknown_command(self):
        self.bauta('swpa', code=2)
        self.assertIn('swap', self.err)
        self.bauta(code=2)

    def test_values(self):
        self.fails(2, '--shape', '7', names='shape')
        self.fails(2, '--shape', names='--shape')
        self.fails(2, '--engine', 'magic', names='mesh')
        self.fails(2, '--faces', 'middle', names='largest')
        self.fails(2, 'stray', names='stray')
        self.fails(2, '--no-shape', names='--no-shape')
        self.fails(2, '--quiet=yes', names='--quiet')
        self.fails(2, '--map', 'left', names='left')

    def test_missing(self):
        self.bauta('swap', '-f', PHOTO, *CONSENT, '-o', self.dir / 'o.mp4', code=2)
        self.assertIn('-i', self.err)
        self.bauta('swap', '-f', PHOTO, *CONSENT, '-i', self.video, code=2)
        self.assertIn('-o', self.err)
        self.bauta('swap', '-i', self.video, '-o', self.dir / 'o.mp4', code=2)
        self.assertIn('-f', self.err)

    def test_help(self):
        for words in (['--help'], ['help'], ['swap', '--help'], ['help', 'swap'],
                      ['bench', '-h'], ['models', '--help'], ['options', '--help']):
            self.bauta(*words)
            self.assertIn('usage: bauta', self.out)
            self.assertLessEqual(max(map(len, self.out.splitlines())), 90)
        self.bauta('--version')
        self.assertRegex(self.out, r'^bauta \d+\.\d+\.\d+\n$')

    def test_options(self):
        self.bauta('options')
        self.assertIn('--shape', self.out)
        self.bauta('options', '--names')
        names = self.out.split()
        self.assertEqual(len(names), len(set(names)))
        self.assertIn('--no-force', names)
        self.bauta('options', '--man')
        self.assertIn('\\fB\\-\\-shape\\fR', self.out)


class Reports(Case):
    def test_report(self):
        report = self.dir / 'r.json'
        self.swap('--json', report, '--shape', '0.5', '--tone=0.85')
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
        self.assertEqual(len(r['models']), 2)
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
        self.bauta('bench', '--size', '160x120', '--frames', '4', '--generator', net)
        self.assertIn('times faster than the generator', self.out)
        self.bauta('bench', '--size', '1x1', code=2)
        self.bauta('bench', '--frames', '4', '--generator', '/nonexistent.onnx', code=4)


class Signals(Case):
    def start(self, *args):
        return subprocess.Popen([PROGRAM, 'swap', '-f', str(PHOTO), *CONSENT, *map(str, args)],
                                stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def check_stop(self, number, wait):
        long_video = self.base / 'long.mp4'
        if not long_video.exists():
            ffmpeg('-stream_loop', '200', '-i', self.video, '-c', 'copy', long_video)
        out = self.dir / 'out.mp4'
        p = self.start('-i', long_video, '-o', out)
        time.sleep(wait)
        p.send_signal(number)
        err = p.communicate(timeout=SLOW)[1].decode()
        # Before the program is up the signal simply kills it.
        self.assertIn(p.returncode, (19, -number) if wait < .3 else (19,), err)
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
            wait = rng.uniform(0, .5) if i < 5 else rng.uniform(1, 3)
            number = (signal.SIGINT, signal.SIGTERM)[i % 2]
            kept += self.check_stop(number, wait)
        kept += self.check_stop(signal.SIGTERM, 6)
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
    program = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=1)
    result = program.result
    for test, reason in result.skipped:
        print(f'skipped: {test}: {reason}')
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.testsRun == 0 else 0)

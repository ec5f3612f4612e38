#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a user can get wrong: the exit code, what is said, and that nothing is left.
usage: test_errors.py PROGRAM [UNITTEST ARGUMENTS...]"""
import json
import os
import shutil
import subprocess

from common import CONSENT, FEW, OTHER, PHOTO, PROGRAM, ROOT, Case, ffmpeg, main, probe_frames


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
        for size in ('151:3', '333:251', '96:64')[:1 if FEW else 3]:
            odd = self.dir / 'odd.mkv'
            ffmpeg('-i', self.video, '-t', '0.2', '-vf', f'scale={size}', '-pix_fmt', 'yuv444p',
                   '-c:v', 'ffv1', odd)
            self.swap('--force', input=odd)
            self.assertEqual(probe_frames(self.dir / 'out.mp4'), 5)

    def test_hostile_names(self):
        for name in ('-x.mp4', 'a:b.mp4', 'test:x.mp4', 'new\nline\x1b[31m.mp4', 'é ü.mp4'):
            path = self.dir / name
            shutil.copy(self.video, path)
            self.swap('--engine', 'none', '--duration', '0.1', '--force', input=path,
                      output=self.dir / ('o' + name))
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
        if not OTHER or FEW:
            self.skipTest('needs two portraits, and time')
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
                      ['bench', '-h'], ['face', '-h'], ['devices', '-h'],
                      ['models', '--help'], ['options', '--help']):
            self.bauta(*words)
            self.assertIn('usage: bauta', self.out)
            self.assertLessEqual(max(map(len, self.out.splitlines())), 90)
        self.bauta('--version')
        self.assertRegex(self.out, r'^bauta \d+\.\d+\.\d+\n$')

    def test_devices(self):
        self.bauta('devices')
        for kind in ('camera', 'virtual camera', 'runtime'):
            self.assertRegex(self.out, '(?m)^' + kind + ' ')
        self.bauta('devices', '--json', '-')
        devices = json.loads(self.out)['devices']
        self.assertEqual({'camera', 'virtual camera', 'microphone', 'pipewire'},
                         {d['kind'] for d in devices})
        for device in devices:
            self.assertTrue(device['url'] or device['missing'])
        self.bauta('devices', 'all', code=2)

    def test_options(self):
        self.bauta('options')
        self.assertIn('--shape', self.out)
        self.bauta('options', '--names')
        names = self.out.split()
        self.assertEqual(len(names), len(set(names)))
        self.assertIn('--no-force', names)
        self.bauta('options', '--man')
        self.assertIn('\\fB\\-\\-shape\\fR', self.out)


if __name__ == '__main__':
    main()

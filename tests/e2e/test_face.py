#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Enrolled faces, several photos of one person, and the score, as a user meets them.
usage: test_face.py PROGRAM [UNITTEST ARGUMENTS...]"""
import hashlib
import json
import os
import resource
import shutil
import signal
import stat
import subprocess

from common import CONSENT, OTHER, PHOTO, PROGRAM, Case, ffmpeg, main


class Faces(Case):
    def setUp(self):
        super().setUp()
        self.data = self.dir / 'data'
        self.folder = self.data / 'bauta/faces'
        self.env = {'XDG_DATA_HOME': str(self.data)}

    def face(self, *args, code=0, **more):
        return self.bauta('face', *args, code=code, env=self.env, **more)

    def add(self, name, *args, consent=CONSENT, **more):
        return self.face('add', name, *(args or [PHOTO]), *consent, **more)

    def frames(self, *args, code=0, **more):
        """The hash of what a short swap makes, and its report."""
        self.bauta('swap', *args, '-i', self.video, '-o', 'hash:', '--duration', '0.2',
                   '--quiet', '--json', '-', code=code, env=self.env, **more)
        report = json.loads(self.out) if code == 0 else None
        return report and report['output']['sha256'], report

    def picture(self, name, *args):
        path = self.dir / name
        ffmpeg(*args, '-frames:v', '1', path)
        return path

    def grey(self, name='grey.png'):
        return self.picture(name, '-f', 'lavfi', '-i', 'testsrc=size=320x240')


class Nobody(Faces):
    def test_without_consent(self):
        output = self.dir / 'out.mp4'
        self.bauta('swap', '-f', 'anonymous:7', '-i', self.video, '-o', output,
                   '--duration', '0.2', '--json', '-',
                   env={**self.env, 'XDG_STATE_HOME': str(self.dir)})
        photo = json.loads(self.out)['photos'][0]
        self.assertEqual((photo['consent'], photo['file'], photo['path'], photo['sha256']),
                         ('synthetic', 'anonymous:7', None, None))
        self.bauta('inspect', output)
        self.assertRegex(self.out, r'grounds of consent: .*synthetic')
        sessions = (self.dir / 'bauta/sessions.tsv').read_text()
        self.assertRegex(sessions, r'\tall: synthetic\n')

    def test_seeds(self):
        seven, _ = self.frames('-f', 'anonymous:7')
        self.assertEqual(self.frames('-f', 'anonymous:7')[0], seven)
        self.assertEqual(self.frames('--map', 'largest=anonymous:7')[0], seven)
        self.assertNotEqual(self.frames('-f', 'anonymous:8')[0], seven)
        # One by chance is said, so that it can be had again.
        drawn, report = self.frames('-f', 'anonymous')
        name = report['photos'][0]['file']
        self.assertRegex(name, r'^anonymous:\d+$')
        self.assertIn(f'-f {name} ', self.err)
        self.assertEqual(self.frames('-f', name)[0], drawn)

    def test_can_be_kept(self):
        seven, _ = self.frames('-f', 'anonymous:7')
        self.add('nobody', 'anonymous:7', consent=[])
        self.face('show', 'nobody', '--json')
        self.assertEqual(json.loads(self.out)['consent'], 'synthetic')
        self.assertEqual(self.frames('-f', 'nobody')[0], seven)
        self.add('anonymous', PHOTO, code=2)
        self.assertIn('another', self.err)

    def test_wrong(self):
        for word in ('anonymous:', 'anonymous:x', 'anonymous:-1',
                     'anonymous:18446744073709551616'):
            self.frames('-f', word, code=2)
            self.assertIn('whole number from 0 to 18446744073709551615', self.err)
        self.frames('-f', 'anonymous:7', '--consent', 'self', code=14)
        self.assertIn('synthetic', self.err)
        self.frames('-f', 'anonymous:7', '-f', PHOTO, *CONSENT, code=2)
        self.frames('-f', PHOTO, *CONSENT, '-f', 'anonymous:7', code=2)
        self.frames('-f', 'anonymous:7', '--source-face', '1', code=2)
        # A file of that name is a path.
        self.frames('-f', './anonymous', *CONSENT, code=4)


class Keeping(Faces):
    def test_life_of_a_face(self):
        self.face('list')
        self.assertIn('bauta face add', self.err)
        self.add('anna')
        self.assertIn('of 100', self.out)
        path = self.folder / 'anna.face'
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)
        self.assertEqual([p.name for p in self.folder.iterdir()], ['anna.face'])
        self.face('list')
        self.assertRegex(self.out, r'(?m)^anna +\d+ of 100 .* licensed:CC0$')
        self.face('show', 'anna', '--json')
        shown = json.loads(self.out)
        self.assertEqual(shown['consent'], 'licensed:CC0')
        photo = shown['photos'][0]
        self.assertEqual(photo['file'], PHOTO.name)
        self.assertEqual(photo['sha256'], hashlib.sha256(PHOTO.read_bytes()).hexdigest())
        self.assertGreater(photo['score']['total'], 40)
        self.face('list', '--json')
        self.assertEqual(json.loads(self.out), [shown])
        self.face('show', 'anna', '--thumbnail', self.dir / 'anna.ppm')
        self.assertEqual((self.dir / 'anna.ppm').read_bytes()[:3], b'P6\n')
        self.face('show', 'ana', code=4)
        self.assertIn('anna', self.err)
        self.face('remove', 'anna')
        self.assertFalse((self.data / 'bauta').exists())
        self.face('remove', 'anna', code=4)
        self.face('show', 'anna', code=4)

    def test_same_frames_as_the_photo(self):
        self.add('anna', consent=['--consent', 'written:letter'])
        photo, _ = self.frames('-f', PHOTO, *CONSENT)
        name, report = self.frames('-f', 'anna')
        self.assertEqual(photo, name)
        row = report['photos'][0]
        self.assertEqual((row['name'], row['path'], row['consent']),
                         ('anna', None, 'written:letter'))
        # A ground given for it has to be its own; one given for all is for the others.
        self.frames('-f', 'anna', '--consent', 'written:letter')
        self.frames('-f', 'anna', '--consent', 'self', code=14)
        self.assertIn('written:letter', self.err)
        _, report = self.frames('--consent', 'self', '--map', 'left=anna', '--map',
                                f'right={PHOTO}')
        self.assertEqual([(p['target'], p['consent']) for p in report['photos']],
                         [('left', 'written:letter'), ('right', 'self')])
        self.frames('-f', 'anna', '--source-face', '1', code=2)

    def test_path_or_name(self):
        # A bare word is a name first; with a slash or a dot it is a path.
        file = self.dir / 'anna'
        shutil.copy(OTHER or PHOTO, file)
        plain, _ = self.frames('-f', 'anna', *CONSENT, cwd=self.dir)
        self.add('anna')
        name, report = self.frames('-f', 'anna', cwd=self.dir)
        self.assertEqual(report['photos'][0]['name'], 'anna')
        path, report = self.frames('-f', './anna', *CONSENT, cwd=self.dir)
        self.assertNotIn('name', report['photos'][0])
        self.assertEqual(path, plain)
        if OTHER:
            self.assertNotEqual(path, name)
        self.frames('-f', 'anne', code=4, cwd=self.dir)
        self.assertIn('anna', self.err)
        self.assertIn('no such file', self.err)
        self.frames('-f', 'entirely-else', code=4, cwd=self.dir)
        self.assertIn('face list', self.err)
        self.frames('-f', 'ben', '-f', PHOTO, *CONSENT, code=4, cwd=self.dir)
        self.assertIn('ben', self.err)

    def test_wrong_words(self):
        for name in ('../anna', 'a/b', 'a.b', '.', 'ü', 'a b', '', 'a' * 65):
            self.add(name, code=2)
            self.assertIn('letters', self.err)
        self.face('add', 'anna', *CONSENT, code=2)
        self.assertIn('photo', self.err)
        self.face('add', 'anna', PHOTO, code=14)
        self.assertIn('written:', self.err)
        self.face('add', 'anna', self.dir / 'none.jpg', *CONSENT, code=4)
        self.assertIn('none.jpg', self.err)
        self.face('add', 'anna', *[PHOTO] * 17, *CONSENT, code=2)
        self.face(code=2)
        self.face('lst', code=2)
        self.assertIn('list', self.err)
        self.face('show', code=2)
        self.face('remove', 'a', 'b', code=2)
        self.assertFalse(self.data.exists())

    def test_twice(self):
        self.add('anna')
        before = (self.folder / 'anna.face').read_bytes()
        self.add('anna', consent=['--consent', 'self'], code=6)
        self.assertIn('--force', self.err)
        self.assertEqual((self.folder / 'anna.face').read_bytes(), before)
        self.add('anna', '--force', PHOTO, consent=['--consent', 'self'])
        self.face('show', 'anna')
        self.assertIn('consent self', self.out)

    def test_damaged(self):
        self.add('anna')
        self.add('ben')
        path = self.folder / 'anna.face'
        good = path.read_bytes()
        for bad in (good[:len(good) // 2], b'', good[:5000] + b'?' + good[5001:]):
            path.write_bytes(bad)
            for words in (['show', 'anna'], ['list'], ['list', '--json']):
                self.face(*words, code=9)
                self.assertIn(str(path), self.err)
            self.frames('-f', 'anna', code=9)
        self.face('list', code=9)
        self.assertIn('ben', self.out)
        newer = good[:8] + b'\x63' + good[9:-32]
        path.write_bytes(newer + hashlib.sha256(newer).digest())
        self.frames('-f', 'anna', code=11)
        self.assertIn('newer', self.err)
        self.add('anna', '--force', PHOTO)
        self.frames('-f', 'anna')

    def test_full_disk(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200000, 200000))
        self.add('anna', code=7, preexec_fn=limit)
        self.assertIn('anna.face', self.err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_read_only(self):
        more = {}
        if os.geteuid() == 0:
            # Root may write anywhere, so somebody else has to try.
            more = {'user': 65534, 'group': 65534}
            if any(subprocess.run(['test', '-r', str(path)], **more).returncode
                   for path in (PHOTO, PROGRAM, os.environ.get('BAUTA_MODELS', PROGRAM))):
                self.skipTest('runs as root, and nobody else may read the files')
        self.data.mkdir()
        self.data.chmod(0o555)
        self.add('anna', code=5, **more)
        self.assertIn(str(self.data), self.err)


class Several(Faces):
    def test_more_photos(self):
        left = self.picture('left.png', '-i', PHOTO, '-vf',
                            'drawbox=0:0:iw*0.45:ih:gray:fill')
        _, report = self.frames('-f', left, '-f', PHOTO, *CONSENT)
        photos = report['photos']
        self.assertEqual(photos[0]['path'], str(PHOTO))
        self.assertEqual({p['target'] for p in photos}, {'all'})
        scores = [p['score']['total'] for p in photos]
        self.assertEqual(scores, sorted(scores, reverse=True))
        grey = self.grey()
        self.frames('-f', PHOTO, '-f', grey, *CONSENT)
        self.assertIn(f'{grey}: is left out', self.err)
        self.assertNotIn('error', self.err)
        self.frames('-f', grey, '-f', grey, *CONSENT, code=13)
        self.frames('-f', PHOTO, '-f', self.dir / 'none.png', *CONSENT, code=4)
        self.assertIn('none.png', self.err)
        self.frames('-f', PHOTO, '--consent', 'self', '-f', PHOTO, '--consent',
                    'synthetic', code=2)

    def test_one_photo_twice(self):
        once, _ = self.frames('-f', PHOTO, *CONSENT)
        _, report = self.frames('--map', f'all={PHOTO}', '-f', PHOTO, *CONSENT)
        self.assertEqual(len(report['photos']), 2)
        self.assertEqual(len(once), 64)

    def test_folder(self):
        folder = self.dir / 'anna photos'
        folder.mkdir()
        small = self.picture('small.png', '-i', PHOTO, '-vf', 'scale=300:-1')
        for i in range(17):
            shutil.copy(small, folder / f'{i}.png')
        (folder / 'notes.txt').write_text('Not a picture.')
        (folder / '3.png').write_bytes(b'no picture at all')
        self.add('anna', folder, '--json')
        self.assertIn('16 photos', self.err)
        self.assertIn('3.png: is left out', self.err)
        self.assertEqual(len(json.loads(self.out)['photos']), 15)
        empty = self.dir / 'empty'
        empty.mkdir()
        self.add('ben', empty, code=4)
        self.assertIn(str(empty), self.err)


class Scores(Faces):
    def test_poor_photo(self):
        dark = self.picture('dark.png', '-i', PHOTO, '-vf',
                            'lutrgb=r=val*0.15:g=val*0.15:b=val*0.15')
        small = self.picture('small.png', '-i', PHOTO, '-vf', 'scale=128:-1')
        for path, word, part in ((dark, 'dark', 'light'), (small, 'small', 'size')):
            _, report = self.frames('-f', path, *CONSENT)
            self.assertIn('warning', self.err)
            self.assertIn(path.name, self.err)
            self.assertIn(word, self.err)
            score = report['photos'][0]['score']
            self.assertLess(score[part], 50)
            self.assertTrue(any(word in line for line in score['advice']))
            self.add('poor', path, '--force')
            self.assertIn(word, self.out)
        self.frames('-f', PHOTO, *CONSENT)
        self.assertEqual(self.err, '')


if __name__ == '__main__':
    main()

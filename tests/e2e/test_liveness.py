#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bauta liveness on films: a film that was made before knows nothing of the seed, and our own
output is told by its watermark. Exit status, JSON, transcript, used seeds and the lock."""
import json
import os

import common
from common import CLIP, Case, ffmpeg, main


class Liveness(Case):
    def liveness(self, *args, code, **more):
        env = {'XDG_DATA_HOME': str(self.dir / 'data'), **more.pop('env', {})}
        self.bauta('liveness', *args, code=code, env=env, **more)

    def test_film(self):
        """The whole round: judged, written, read again, changed, and not taken twice."""
        ledger, out = self.dir / 'ledger', self.dir / 'a.liveness'
        seed = '00112233445566778899aabbccddeeff'
        self.liveness('--seed', seed, '--ledger', ledger, '--transcript', out, '--json', '-',
                      self.video, code=50)
        said = json.loads(self.out)
        self.assertEqual((said['verdict'], said['synthetic'], said['seed']),
                         ('fail', 'no', seed))
        self.assertEqual([s['outcome'] for s in said['steps']], ['missed'] * 4)
        self.assertGreater(said['frames'], 15)
        self.assertEqual(said['checks']['challenge']['finding'], 'bad')
        self.assertEqual(said['checks']['track']['finding'], 'good')
        self.assertIn('look into the camera', self.err)
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        self.liveness('--verify', out, '--json', '-', code=50)
        again = json.loads(self.out)
        self.assertEqual(again['transcript']['signature'], 'valid')
        self.assertEqual(again['transcript']['trusted'], 'no')
        for key in ('verdict', 'seed', 'steps', 'checks', 'frames'):
            self.assertEqual(said[key], again[key])
        anchor = self.made('anchor.pem', self.pem())
        self.liveness('--verify', out, '--anchors', anchor, '--json', '-', code=50)
        self.assertEqual(json.loads(self.out)['transcript']['trusted'], 'yes')
        data = bytearray(out.read_bytes())
        data[len(data) // 3] ^= 1
        self.made('changed', data)
        self.liveness('--verify', self.dir / 'changed', code=24)
        self.liveness('--verify', self.made('no', b'nothing'), code=9)
        self.liveness('--seed', seed, '--ledger', ledger, self.video, code=54)
        # Nothing is overwritten, and no seed is spent on that.
        before = ledger.read_bytes()
        self.liveness('--ledger', ledger, '--transcript', out, self.video, code=6)
        self.assertEqual(ledger.read_bytes(), before)

    def pem(self):
        self.bauta('keys', 'show')
        return self.out[self.out.index('-----BEGIN'):].encode()

    def test_lock(self):
        for _ in range(5):
            self.liveness('-q', self.video, code=50)
        self.liveness('-q', self.video, code=53)
        self.assertIn('try again in', self.err)
        ledger = self.dir / 'data/bauta/liveness'
        self.assertEqual(ledger.stat().st_mode & 0o777, 0o600)
        self.assertEqual(ledger.read_text().count('failed'), 5)
        self.assertEqual(ledger.read_text().count('used'), 5)

    def test_our_own(self):
        """The watermark of our own output is found, and ends the session at once."""
        film, marked = self.dir / 'film.mp4', self.dir / 'marked.mp4'
        crop = [] if 'webcam' in CLIP.name else ['-vf', 'crop=254:190:114:82,scale=508:380']
        ffmpeg('-i', CLIP, '-t', '6', *crop, '-an', '-c:v', 'libx264', '-preset', 'ultrafast',
               film)
        self.bauta('swap', '--engine', 'none', '-i', film, '-o', marked)
        self.liveness('--json', '-', marked, code=52)
        said = json.loads(self.out)
        self.assertEqual((said['verdict'], said['synthetic']), ('fail', 'yes'))
        self.assertLess(said['seconds'], 4.5)
        self.assertEqual(said['checks']['watermark']['finding'], 'bad')

    def test_bad_input(self):
        seed = ['--seed', '0' * 32]
        for words, code, says in (([], 2, 'is missing'), (['--seed', '12', 'x'], 2, '32'),
                                  (['--actions', '2', 'x'], 2, '--actions'),
                                  (['--verify', 'a', 'b'], 2, '--verify'),
                                  (['--verify', self.dir / 'none'], 4, 'none'),
                                  ([self.dir / 'none.mp4'], 4, 'none.mp4'),
                                  ([*seed, common.PHOTO], 11, 'picture'),
                                  ([*seed, common.PHOTO], 54, 'used before')):
            with self.subTest(words):
                self.liveness(*words, code=code)
                self.assertIn(says, self.err)
        self.made('ledger', b'x')
        self.liveness('--ledger', self.dir / 'ledger', self.video, code=9)
        self.assertIn('ledger', self.err)
        self.assertEqual((self.dir / 'ledger').read_bytes(), b'x')
        self.liveness('--help', code=0)
        self.assertIn('no\nproof', self.out)


if __name__ == '__main__':
    os.umask(0o022)
    main()

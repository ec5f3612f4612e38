#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The question on what ground a face is shown: asked on a terminal, and nowhere else."""
import fcntl
import json
import os
import pty
import select
import subprocess
import termios
import time
import unittest

import common
from common import PHOTO, PROGRAM

ASKED = b'q to leave: '
REFERENCE = b'for the record: '


class Ask(common.Case):
    def on_terminal(self, *words, answers=()):
        """Runs the program on a terminal of its own. answers: pairs of what must be shown
        first and what is typed then. Returns the exit status; self.said is all it showed."""
        ours, theirs = pty.openpty()
        env = {**os.environ, 'XDG_DATA_HOME': str(self.dir / 'data'), 'TERM': 'dumb'}
        process = subprocess.Popen([PROGRAM, *map(str, words)], stdin=theirs, stdout=theirs,
                                   stderr=theirs, env=env, start_new_session=True,
                                   preexec_fn=lambda: self.own(theirs))
        os.close(theirs)
        self.said, since, left = b'', 0, list(answers)
        end = time.monotonic() + common.SLOW
        try:
            while time.monotonic() < end:
                if left and left[0][0] in self.said[since:]:
                    since = len(self.said)
                    os.write(ours, left.pop(0)[1])
                if not select.select([ours], [], [], .2)[0]:
                    continue
                try:
                    more = os.read(ours, 4096)
                except OSError:
                    more = b''
                if not more:
                    break
                self.said += more
            process.wait(timeout=common.SLOW)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(ours)
        self.assertFalse(left, self.said)
        return process.returncode

    @staticmethod
    def own(terminal):
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    def swap(self, *more, answers):
        report = self.dir / 'report.json'
        code = self.on_terminal('swap', '-i', 'test:320x240@10,frames=3', '-o', 'null:',
                                '--json', report, '--quiet', *more, answers=answers)
        return code, json.loads(report.read_text()) if report.exists() else None

    def test_number(self):
        code, report = self.swap('-f', PHOTO, answers=[(ASKED, b'4\n')])
        self.assertEqual((code, report['photos'][0]['consent']), (0, 'synthetic'), self.said)
        for word in (b'self', b'written', b'licensed', b'synthetic', PHOTO.name.encode()):
            self.assertIn(word, self.said)

    def test_word_and_reference(self):
        code, report = self.swap('-f', PHOTO, answers=[(ASKED, b'  Written \n'),
                                                       (REFERENCE, 'Akte 7, März\n'.encode())])
        self.assertEqual((code, report['photos'][0]['consent']), (0, 'written:Akte 7, März'))

    def test_whole_ground(self):
        code, report = self.swap('-f', PHOTO, answers=[(ASKED, b'licensed:CC0\n')])
        self.assertEqual((code, report['photos'][0]['consent']), (0, 'licensed:CC0'))

    def test_each_person(self):
        code, report = self.swap('--map', f'left={PHOTO}', '--map', f'right={PHOTO}',
                                 '--consent', 'self', answers=[(ASKED, b'1\n')])
        self.assertEqual(code, 0, self.said)
        self.assertEqual({p['consent'] for p in report['photos']}, {'self'})
        self.assertEqual(self.said.count(ASKED), 1)

    def test_second_try(self):
        code, report = self.swap('-f', PHOTO, answers=[(ASKED, b'\n'), (ASKED, b'9\n'),
                                                       (ASKED, b'self\n')])
        self.assertEqual((code, report['photos'][0]['consent']), (0, 'self'), self.said)

    def test_no_answer(self):
        """Three that say nothing, a reference that is empty, q, and the end of input."""
        for answers in ([(ASKED, b'\n')] * 3, [(ASKED, b'yes\n'), (ASKED, b'5\n'),
                                               (ASKED, b'0\n')],
                        [(ASKED, b'2\n'), (REFERENCE, b'  \n'), (ASKED, b'q\n')],
                        [(ASKED, b'\x04')], [(ASKED, b'x' * 300 + b'\n')]):
            with self.subTest(answers=answers):
                code, report = self.swap('-f', PHOTO, answers=answers)
                self.assertEqual((code, report), (14, None), self.said)
                self.assertIn(b'--consent', self.said)
                self.assertEqual(list(self.dir.glob('report*')), [])

    def test_control_c(self):
        code, report = self.swap('-f', PHOTO, answers=[(ASKED, b'\x03')])
        self.assertEqual((code, report), (-2, None), self.said)
        self.assertEqual(list(self.dir.glob('*report*')), [])

    def test_not_asked(self):
        """With a ground, and for a photo that is not there."""
        code, _ = self.swap('-f', PHOTO, '--consent', 'self', answers=[])
        self.assertEqual(code, 0, self.said)
        self.assertNotIn(ASKED, self.said)
        code, _ = self.swap('-f', self.dir / 'none.jpg', answers=[])
        self.assertNotEqual(code, 0)
        self.assertNotIn(ASKED, self.said)

    def test_enrolling(self):
        code = self.on_terminal('face', 'add', 'anna', PHOTO,
                                answers=[(ASKED, b'3\n'), (REFERENCE, b'CC0\n')])
        self.assertEqual(code, 0, self.said)
        self.assertIn(b'consent licensed:CC0', self.said)
        # Afterwards the face has its ground.
        code, report = self.swap('-f', 'anna', answers=[])
        self.assertEqual((code, report['photos'][0]['consent']), (0, 'licensed:CC0'))

    def test_no_terminal(self):
        """Input or messages elsewhere: the error, and no question."""
        self.bauta('swap', '-f', PHOTO, '-i', 'test:320x240@10,frames=3', '-o', 'null:',
                   code=14, stdin=subprocess.DEVNULL)
        self.assertNotIn(ASKED.decode(), self.err)


if __name__ == '__main__':
    common.main()

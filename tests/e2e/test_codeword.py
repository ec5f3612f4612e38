#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bauta codeword: two people with a folder each, who share nothing but files; what is asked
on a terminal; what goes wrong and its exit status. The words are computed here again."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

import common
from common import PROGRAM, ROOT

WORDS = re.findall(r'"([a-z]+)",', (ROOT / 'src/verify/words/list.c').read_text())
PASSPHRASE = 'correct mule battery'


def phrase_of(secret, label, more, step, count=3):
    """What <bauta/codeword.h> says, apart from the library."""
    ident = hashlib.sha256(b'bauta codeword id' + secret).digest()[:16]
    mac = hmac.new(secret, label + ident + more + struct.pack('>Q', step), hashlib.sha256)
    bits = int.from_bytes(mac.digest(), 'big')
    return ' '.join(WORDS[bits >> 256 - 11 * (i + 1) & 2047] for i in range(count))


class Codeword(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory(prefix='bauta-e2e-')
        self.dir = pathlib.Path(self.holder.name)
        (self.dir / 'passphrase').write_text(PASSPHRASE + '\nmore\n')
        (self.dir / 'passphrase').chmod(0o600)

    def tearDown(self):
        self.holder.cleanup()

    def run_as(self, who, *args, code=0, stdin='', passphrase='passphrase'):
        given = ['--passphrase-file', self.dir / passphrase] if passphrase else []
        done = subprocess.run(
            [PROGRAM, 'codeword', *map(str, [*args, *given])], cwd=self.dir, input=stdin,
            env={**os.environ, 'XDG_DATA_HOME': str(self.dir / who)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=common.SLOW, check=False,
            start_new_session=True)
        self.err, self.out = done.stderr, done.stdout
        self.assertEqual(done.returncode, code, f'{args}\n{self.out}{self.err}')
        return done.stdout

    def told(self, who, *args, **more):
        return json.loads(self.run_as(who, *args, '--json', **more))

    def book(self, who):
        return self.dir / who / 'bauta/codewords'

    def pair(self):
        self.run_as('a', 'pair', 'offer', 'ben', '-o', 'invitation')
        self.run_as('b', 'pair', 'take', 'anna', 'invitation')
        line = (self.dir / 'invitation').read_text().strip()
        packed = base64.b32decode(line[6:] + '=' * (-len(line[6:]) % 8))
        self.assertEqual(packed[:4], b'\1\0\2\1')
        return packed[4:36]

    def test_both_directions(self):
        secret = self.pair()
        for who, name, other, back, role in (('a', 'ben', 'b', 'anna', 0),
                                             ('b', 'anna', 'a', 'ben', 1)):
            before = int(time.time()) // 30
            said = self.told(who, 'show', name)
            steps = range(before, int(time.time()) // 30 + 1)
            self.assertIn(said['words'], [phrase_of(secret, b'bauta codeword moment',
                                                    bytes([role]), s) for s in steps])
            self.assertTrue(30 < said['seconds'] <= 60, said)
            # One's own words said back, the right ones, and those again.
            found = self.told(who, 'check', name, *said['words'].split(), code=25)
            self.assertEqual(found['verdict'], 'own')
            found = self.told(other, 'check', back, *said['words'].upper().split())
            self.assertEqual((found['verdict'], found['person']), ('right', role + 1))
            self.run_as(other, 'check', back, code=26, stdin=said['words'] + '\n')
            self.assertIn('SAID BEFORE', self.out)
        listed = self.told('a', 'list')
        self.assertEqual([(p['name'], p['state'], p['people'], p['wrong']) for p in listed],
                         [('ben', 'ready', 2, 0)])
        self.assertEqual(self.book('a').stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.book('a').parent.stat().st_mode & 0o777, 0o700)
        self.assertEqual((self.dir / 'invitation').stat().st_mode & 0o777, 0o600)

    def test_question(self):
        self.pair()
        asked = self.run_as('a', 'ask', 'ben').split()
        answer = self.told('b', 'answer', 'anna', *asked)
        self.assertEqual(answer['verdict'], 'right')
        self.run_as('a', 'check', 'ben', *answer['words'].split(), code=25)
        self.run_as('a', 'check', 'ben', '--answer', *answer['words'].split())
        self.assertIn('ben: right', self.out)
        self.run_as('a', 'check', 'ben', '--answer', *answer['words'].split(), code=29)
        self.run_as('a', 'answer', 'ben', *asked, code=25)

    def test_lock_and_duress(self):
        secret = self.pair()
        duress = self.run_as('a', 'show', 'ben', '--duress').split()
        self.assertEqual(' '.join(duress),
                         phrase_of(secret, b'bauta codeword duress', b'\0', 0, 2))
        for left in (2, 1, 0):
            found = self.told('b', 'check', 'anna', 'banana', 'falcon', 'canoe', code=25)
            self.assertEqual((found['wrong_left'], found['locked_seconds']),
                             (left, 0 if left else 300))
        said = self.run_as('a', 'show', 'ben').split()
        self.run_as('b', 'check', 'anna', *said, code=27)
        self.assertRegex(self.out, r'locked for (5 minutes|4 min \d+ s)')
        found = self.told('b', 'check', 'anna', said[0], *duress, code=28)
        self.assertEqual(found['verdict'], 'duress')
        self.assertGreater(self.told('b', 'list')[0]['locked_seconds'], 200)

    def test_exchange(self):
        self.run_as('a', 'pair', 'begin', 'ben', '-o', 'one')
        two = self.run_as('b', 'pair', 'take', 'anna', 'one')
        self.run_as('a', 'pair', 'take', 'ben', '-', '-o', 'three', stdin=two)
        # Words stand only in the text that says to read them.
        anna = re.search(r'\n    (\w+ \w+ \w+)\n', self.out)[1].split()
        ben = self.told('b', 'pair', 'take', 'anna', 'three')
        self.assertEqual((ben['state'], 'message' in ben), ('aloud', False))
        ben = ben['read_aloud'].split()
        self.assertEqual(self.run_as('a', 'pair', 'confirm', 'ben').split(), anna)
        self.run_as('a', 'show', 'ben', code=2)
        self.run_as('a', 'pair', 'confirm', 'ben', *anna, code=25)
        self.run_as('a', 'pair', 'confirm', 'ben', *ben)
        self.run_as('b', 'pair', 'confirm', 'anna', *anna)
        self.run_as('b', 'check', 'anna', *self.run_as('a', 'show', 'ben').split())

    def test_middle(self):
        """Whoever answers in the other's place has other words to read."""
        self.run_as('a', 'pair', 'begin', 'ben', '-o', 'one')
        self.run_as('m', 'pair', 'take', 'anna', 'one', '-o', 'two')
        self.run_as('a', 'pair', 'take', 'ben', 'two', '-o', 'three')
        self.run_as('m', 'pair', 'begin', 'ben', '-o', 'm-one')
        self.run_as('b', 'pair', 'take', 'anna', 'm-one', '-o', 'm-two')
        self.run_as('m', 'pair', 'take', 'ben', 'm-two', '-o', 'm-three')
        ben = self.told('b', 'pair', 'take', 'anna', 'm-three')['read_aloud'].split()
        # The message that anna made for the other exchange does not fit here.
        for _ in range(2):
            self.run_as('a', 'pair', 'confirm', 'ben', *ben, code=25)
        self.run_as('a', 'pair', 'confirm', 'ben', *ben, code=25)
        self.assertIn('forgotten', self.err)
        self.run_as('a', 'show', 'ben', code=4)

    def test_swapped_message(self):
        self.run_as('a', 'pair', 'begin', 'ben', '-o', 'one')
        self.run_as('b', 'pair', 'take', 'anna', 'one', '-o', 'two')
        self.run_as('m', 'pair', 'begin', 'ben', '-o', 'm-one')
        self.run_as('m', 'pair', 'take', 'ben', 'two', '-o', 'm-three')
        self.run_as('b', 'pair', 'take', 'anna', 'm-three', code=24)
        self.assertIn('promised', self.err)
        self.run_as('b', 'show', 'anna', code=4)

    def test_drawn(self):
        self.run_as('a', 'pair', 'offer', 'family', '--people', '3', '--png', 'code.png',
                    '--svg', 'code.svg', '-o', 'line')
        names = sorted(p.name for p in self.dir.iterdir() if p.is_file())
        self.assertEqual(names, ['code-2.png', 'code-2.svg', 'code-3.png', 'code-3.svg',
                                 'line-2', 'line-3', 'passphrase'])
        reader = shutil.which('zbarimg')
        for person in (2, 3):
            line = (self.dir / f'line-{person}').read_text()
            if reader:
                read = subprocess.run([reader, '-q', '--raw', self.dir / f'code-{person}.png'],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                      check=True, text=True).stdout
                self.assertEqual(read, line)
            self.run_as(f'p{person}', 'pair', 'take', 'family', '-', stdin=line)
            self.assertEqual(self.told(f'p{person}', 'list')[0]['person'], person)
        said = self.run_as('p2', 'show', 'family').split()
        self.assertEqual(self.told('p3', 'check', 'family', *said)['person'], 2)
        # A secret is not poured into a pipe, and overwrites nothing unasked.
        self.run_as('a', 'pair', 'offer', 'carl', code=2)
        self.run_as('a', 'pair', 'offer', 'carl', '-o', 'line-2', code=6)
        self.assertIn('line-2', self.err)
        self.assertEqual([p['name'] for p in self.told('a', 'list')], ['family'])
        self.run_as('a', 'pair', 'offer', 'carl', '-o', 'line-2', '--force')
        self.run_as('a', 'pair', 'offer', 'dora', '-o', 'nowhere/line', code=4)
        self.assertEqual([p['name'] for p in self.told('a', 'list')], ['carl', 'family'])

    def test_errors(self):
        self.run_as('a', 'list', code=4)
        self.assertIn(str(self.book('a')), self.err)
        self.pair()
        (self.dir / 'wrong').write_text('another passphrase')
        (self.dir / 'short').write_text('short\n')
        self.run_as('a', 'show', 'ben', passphrase='wrong', code=23)
        self.assertIn('wrong: others may read', self.err)
        self.run_as('a', 'show', 'ben', passphrase='missing', code=4)
        self.run_as('c', 'pair', 'begin', 'ben', '-o', 'one', passphrase='short', code=2)
        self.assertFalse(self.book('c').exists())
        self.run_as('a', 'show', 'ben', passphrase=None, code=2)
        self.assertIn('--passphrase-file', self.err)
        self.run_as('a', 'show', 'carl', code=4)
        self.run_as('a', 'show', code=2)
        self.run_as('a', 'shwo', 'ben', code=2)
        self.assertIn('did you mean show', self.err)
        self.run_as('a', 'check', 'ben', 'banana', 'falcon', 'canoes', code=2)
        self.assertIn('did they say canoe', self.err)
        self.run_as('a', 'check', 'ben', 'banana', code=2)
        self.run_as('a', 'pair', 'offer', 'ben', '-o', 'again', code=6)
        self.run_as('a', 'pair', 'offer', 'x/y', '-o', 'again', code=2)
        self.run_as('a', 'pair', 'offer', 'x', '-o', 'again', '--people', '9', code=2)
        self.run_as('a', 'pair', 'take', 'x', 'passphrase', code=9)
        self.run_as('a', 'pair', 'take', 'x', 'invitation', code=6)
        self.run_as('a', 'pair', 'take', 'x', 'absent', code=4)
        self.run_as('a', 'pair', 'meet', 'x', code=2)
        self.assertFalse((self.dir / 'again').exists())

    def test_store(self):
        self.pair()
        whole = self.book('a').read_bytes()
        self.assertNotIn(b'ben', whole)
        changed = bytearray(whole)
        changed[-20] ^= 1
        self.book('a').write_bytes(changed)
        self.run_as('a', 'show', 'ben', code=24)
        self.run_as('a', 'check', 'ben', 'banana', 'falcon', 'canoe', code=24)
        self.assertEqual(self.book('a').read_bytes(), changed)
        self.book('a').write_bytes(whole[:40])
        self.run_as('a', 'show', 'ben', code=9)
        self.book('a').write_bytes(whole)
        self.book('a').chmod(0o644)
        self.run_as('a', 'show', 'ben')
        self.assertIn('chmod 600', self.err)
        (self.dir / 'new').write_text('new words for it\n')
        self.run_as('a', 'passphrase', '--new-passphrase-file', 'new')
        self.assertEqual(self.book('a').stat().st_mode & 0o777, 0o600)
        self.run_as('a', 'show', 'ben', code=23)
        self.run_as('a', 'show', 'ben', passphrase='new')
        self.run_as('a', 'remove', 'ben', passphrase='new')
        self.assertFalse(self.book('a').exists())

    def on_terminal(self, who, *args, answers=()):
        """Runs it on a terminal of its own; what it showed, and its exit status."""
        ours, theirs = pty.openpty()
        env = {**os.environ, 'XDG_DATA_HOME': str(self.dir / who)}
        process = subprocess.Popen(
            ['setsid', '-c', '-w', PROGRAM, 'codeword', *args], cwd=self.dir, stdin=theirs,
            stdout=theirs, stderr=theirs, env=env)
        said, since, left = b'', 0, list(answers)
        end = time.monotonic() + common.SLOW
        echo = None
        try:
            while time.monotonic() < end:
                if left and left[0][0] in said[since:]:
                    since = len(said)
                    os.write(ours, left.pop(0)[1])
                if not select.select([ours], [], [], .2)[0]:
                    if process.poll() is not None:
                        break
                    continue
                said += os.read(ours, 4096)
            process.wait(timeout=common.SLOW)
            echo = bool(termios.tcgetattr(theirs)[3] & termios.ECHO)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(ours)
            os.close(theirs)
        self.assertFalse(left, said)
        self.assertTrue(echo, 'the echo is not back')
        return said.decode(), process.returncode

    def test_terminal(self):
        line = PASSPHRASE.encode() + b'\n'
        said, code = self.on_terminal('a', 'pair', 'offer', 'ben',
                                      answers=[(b'book of code words: ', line),
                                               (b'again: ', line)])
        self.assertEqual(code, 0, said)
        self.assertNotIn('mule', said)
        self.assertIn('▀', said)
        message = re.search(r'BAUTA:[A-Z2-7]+', said)[0]
        self.run_as('b', 'pair', 'take', 'anna', message.lower())
        said, code = self.on_terminal('a', 'show', 'ben', answers=[(b'code words: ', line)])
        self.assertEqual(code, 0, said)
        words = re.search(r'^(\w+ \w+ \w+)\r?$', said, re.M)[1]
        self.run_as('b', 'check', 'anna', words.replace(' ', '-'))
        said, code = self.on_terminal('a', 'show', 'ben',
                                      answers=[(b'code words: ', b'something else\n')])
        self.assertEqual(code, 23, said)
        said, code = self.on_terminal('c', 'pair', 'offer', 'ben',
                                      answers=[(b'code words: ', line), (b'again: ', b'x\n')])
        self.assertEqual(code, 2, said)
        # Ctrl-C at the question gives the echo back.
        said, code = self.on_terminal('a', 'show', 'ben', answers=[(b'code words: ', b'\x03')])
        self.assertIn(code, (19, -signal.SIGINT), said)

    def test_help(self):
        for words in (['codeword', '--help'], ['help', 'codeword']):
            text = subprocess.run([PROGRAM, *words], stdout=subprocess.PIPE, check=True,
                                  text=True).stdout
            self.assertIn('do not stop', text)
            self.assertLessEqual(max(map(len, text.splitlines())), 90)
        names = subprocess.run([PROGRAM, 'codeword', '--names'], stdout=subprocess.PIPE,
                               check=True, text=True).stdout.split()
        manual = (ROOT / 'docs/man/bauta.1.in').read_text().replace('\\-', '-')
        for name in names:
            self.assertTrue(name in ('--names', '--help') or name in manual, name)


if __name__ == '__main__':
    common.main()

# SPDX-License-Identifier: Apache-2.0
"""The window of bauta typing on a display without a screen: typed, refused, stopped."""
import pathlib
import subprocess
import tempfile
import unittest

import common
import screen

TEXT = 'seven-keys'


class TypingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix='bauta-typing-')
        cls.base = pathlib.Path(cls.folder.name)
        cls.env = {'HOME': str(cls.base), 'XDG_DATA_HOME': str(cls.base / 'data')}
        cls.log = open(cls.base / 'log', 'ab')
        cls.screen = screen.Screen(cls.log)

    @classmethod
    def tearDownClass(cls):
        cls.screen.close()
        cls.log.close()
        cls.folder.cleanup()

    def open(self, action):
        (self.base / 'log').write_bytes(b'')
        return screen.Window(self.screen, [common.PROGRAM, 'typing', action, 'anna'], self.env,
                             self.log)

    def type(self, text, delay=15):
        self.screen.xdotool('type', '--delay', delay, text)
        self.screen.xdotool('key', 'Return')

    def said(self):
        return (self.base / 'log').read_text()

    def test_typing(self):
        window = self.open('enrol')
        self.assertEqual(window.title(), 'bauta: typing of anna')
        self.type(TEXT)
        self.type('another one')
        self.screen.xdotool('type', 'sev')
        self.screen.xdotool('key', 'BackSpace')
        for _ in range(19):
            self.assertIsNone(window.process.poll())
            self.type(TEXT)
        self.assertEqual(window.end(), 0, self.said())
        self.assertIn('20 repetitions of 10 keys', self.said())
        self.assertTrue((self.base / 'data/bauta/typing/anna.typing').exists())

        window = self.open('verify')
        for _ in range(3):
            self.type(TEXT, 250)
        self.assertEqual(window.end(), 43, self.said())
        self.assertEqual(self.said().count(': unlike: score'), 3, self.said())

        window = self.open('verify')
        self.type(TEXT)
        window.key('Escape')
        self.assertEqual(window.end(), 19)
        self.assertIn('stopped after 1 of 3', self.said())

    def test_no_display(self):
        done = subprocess.run([common.PROGRAM, 'typing', 'enrol', 'ben'], env=self.env,
                              stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b'no display', done.stderr)


if __name__ == '__main__':
    if screen.missing():
        print('skipped: missing:', *screen.missing())
        raise SystemExit(77)
    common.main()

# SPDX-License-Identifier: Apache-2.0
"""The window of bauta live on a display without a screen: keys, pointer, a dropped photo."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import common
import screen
import xdnd
from screen import wait_for

WIDTH, HEIGHT = 1240, 740
PANEL = 320                # at this size
PICTURE = (0, 0, WIDTH - PANEL, HEIGHT - 44)


def is_red(r, g, b):
    return r > 190 and g < 100 and b < 110


def is_dark(r, g, b):
    return r < 26 and g < 28 and b < 34


def is_dim(r, g, b):
    return r < 70 and g < 70 and b < 70


def is_panel(r, g, b):
    return (r, g, b) == (0x18, 0x1c, 0x23)


def is_accent(r, g, b):
    return (r, g, b) == (0x6c, 0xb8, 0xd4)


def is_amber(r, g, b):
    return r > 215 and 140 < g < 190 and b < 100


class WindowTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix='bauta-window-')
        cls.base = pathlib.Path(cls.folder.name)
        cls.log = open(cls.base / 'log', 'ab')
        # Drivers of graphics would be a test of theirs.
        cls.env = {'HOME': str(cls.base), 'XDG_DATA_HOME': str(cls.base / 'data'),
                   'SDL_RENDER_DRIVER': 'software', 'SDL_FRAMEBUFFER_ACCELERATION': '0'}
        (cls.base / 'Pictures').mkdir()
        cls.screen = screen.Screen(cls.log)
        for name, photo in (('first', common.PHOTO), ('other', common.OTHER)):
            subprocess.run([common.PROGRAM, 'face', 'add', name, str(photo),
                            *common.CONSENT], env={**os.environ, **cls.env}, check=True,
                           stdout=cls.log, stderr=cls.log)

    @classmethod
    def tearDownClass(cls):
        cls.screen.close()
        cls.log.close()
        cls.folder.cleanup()

    def setUp(self):
        self.window = None

    def tearDown(self):
        if self.window and self.window.process.poll() is None:
            self.window.process.kill()
            self.window.process.wait()

    def open(self, *args):
        command = [common.PROGRAM, 'live', '-f', 'first', '-i', str(common.CLIP), '--loop',
                   *map(str, args)]
        self.window = screen.Window(self.screen, command, self.env, self.log)
        self.window.size(WIDTH, HEIGHT)
        return self.window

    def shows(self, test, what):
        """Waits for a picture that passes the test."""
        shot = wait_for(lambda: (lambda s: s if test(s) else None)(self.window.shot()))
        self.assertTrue(shot, what)
        return shot

    def titled(self, text, seconds=screen.SLOW):
        self.assertTrue(wait_for(lambda: text in self.window.title(), seconds),
                        f'{self.window.title()!r} lacks {text!r}')

    def picture(self):
        """Waits until something is shown."""
        return self.shows(lambda s: s.count(PICTURE, is_dark, 8) < .5, 'no picture')

    def height(self, shot):
        """Rows of the picture that are not empty."""
        x = (WIDTH - PANEL) // 4
        return sum(not is_dark(*shot.at(x, y)) for y in range(PICTURE[3]))

    def test_air(self):
        path, report = self.base / 'air.mkv', self.base / 'air.json'
        window = self.open('-o', path, '--json', report)
        self.picture()
        self.titled('preview, ')
        time.sleep(1)
        self.assertFalse([p.name for p in self.base.iterdir() if 'air.mkv' in p.name],
                         'an output before going on air')
        window.key('Return')
        self.titled('ON AIR')
        self.shows(lambda s: s.count((2, 200, 3, 400), is_red, 1) > .9, 'no red border')
        time.sleep(1)
        window.key('Return')
        self.titled('preview')
        self.assertTrue(wait_for(path.exists), 'the file did not end')
        window.key('q')
        self.assertEqual(window.end(), 0)
        made = json.loads(report.read_text())
        frames = made['outputs'][0]['frames']
        self.assertEqual(common.probe_frames(path), frames)
        self.assertGreater(frames, 0)
        self.assertGreater(made['frames'], frames + 10)

    def test_on_air_at_once(self):
        report = self.base / 'once.json'
        window = self.open('-o', 'null:', '--on-air', '--json', report)
        self.titled('ON AIR')
        # The window manager closes it: that ends the stream, as q does.
        window.key('alt+F4')
        self.assertEqual(window.end(), 0)
        made = json.loads(report.read_text())
        self.assertGreater(made['outputs'][0]['frames'], 0)

    def test_cover(self):
        path = self.base / 'cover.mkv'
        window = self.open('-o', path, '--on-air')
        self.picture()
        window.key('space')
        self.titled('COVERED')
        middle = (PICTURE[2] // 2 - 300, PICTURE[3] // 2 - 60, PICTURE[2] // 2 + 300,
                  PICTURE[3] // 2 + 60)
        shot = self.shows(lambda s: s.count(middle, is_red) > .8, 'no red banner')
        # Nothing of the picture is left around the banner.
        around = {shot.at(x, y) for y in (8, 60, 100, PICTURE[3] - 20)
                  for x in range(10, PICTURE[2] - 10, 10)}
        self.assertLessEqual(len(around), 2, around)
        window.key('space')
        self.titled('ON AIR')
        self.shows(lambda s: s.count(middle, is_red) < .2, 'it stays covered')
        window.key('q')
        self.assertEqual(window.end(), 0)

    def sliders(self, shot):
        """Where the filled parts of the long ones end, from above."""
        found = []
        for y in range(260, HEIGHT - 60):
            row = [x for x in range(WIDTH - PANEL + 4, WIDTH - 4) if
                   is_accent(*shot.at(x, y))]
            if len(row) > 100 and (not found or y > found[-1][0] + 8):
                found.append((y, len(row)))
        return found

    def check_views(self, window):
        plain = self.picture()
        window.key('v')
        self.shows(lambda s: self.height(s) < .75 * self.height(plain), 'not side by side')
        window.key('v')
        middle = (PICTURE[2] * .3, PICTURE[3] * .2, PICTURE[2] * .7, PICTURE[3] * .8)

        def white(s):
            return s.bright(middle, 180)
        before = white(plain)
        self.shows(lambda s: white(s) > before + .003, 'no landmarks')
        window.key('v')
        self.shows(lambda s: white(s) < before + .002, 'landmarks stay')
        # The mask: all but the face is dark.
        rim = (40, 150, PICTURE[2] - 40, 350)
        self.shows(lambda s: s.bright(rim, 90) < .5 * plain.bright(rim, 90), 'no mask')
        window.key('v')
        self.shows(lambda s: s.bright(rim, 90) > .8 * plain.bright(rim, 90), 'the mask stays')
        window.key('m')
        # What moves least is at the edges.
        edges = (40, 150, PICTURE[2] - 40, 350)
        self.shows(lambda s: s.difference(plain, edges, flip=True) <
                   .6 * s.difference(plain, edges), 'no mirror image')

    def check_panel(self, window):
        side = (WIDTH - PANEL, 0, WIDTH, HEIGHT)
        self.shows(lambda s: s.count(side, is_panel) > .4, 'no panel')
        window.key('Tab')
        self.shows(lambda s: s.count(side, is_panel) < .2, 'the panel stays')
        window.key('Tab')
        self.shows(lambda s: s.count(side, is_panel) > .4, 'the panel does not return')
        corner = (20, PICTURE[3] - 130, 250, PICTURE[3] - 20)
        self.shows(lambda s: s.count(corner, is_dim) < .3, 'a graph from the start')
        window.key('i')
        self.shows(lambda s: s.count(corner, is_dim) > .4, 'no graph')
        window.key('i')
        self.shows(lambda s: s.count(corner, is_dim) < .3, 'the graph stays')
        middle = (WIDTH // 2 - 150, HEIGHT // 2 - 180, WIDTH // 2 + 150, HEIGHT // 2 + 180)
        window.key('F1')
        self.shows(lambda s: s.count(middle, is_panel) > .6, 'no help')
        window.key('Escape')
        self.shows(lambda s: s.count(middle, is_panel) < .2, 'the help stays')
        before = window.shot().count(side, is_accent)
        window.key('plus')
        self.shows(lambda s: s.count(side, is_accent) != before, 'no larger letters')
        window.key('minus')
        window.key('F11')
        self.assertTrue(wait_for(lambda: window.geometry()[2:] == screen.SCREEN),
                        window.geometry())
        window.key('Escape')
        self.assertTrue(wait_for(lambda: window.geometry()[2:] == (WIDTH, HEIGHT)),
                        window.geometry())

    def check_faces(self, window):
        self.titled(', first')
        window.key('2')
        self.titled(', other')
        # After the enrolled ones comes one of nobody.
        window.key('3')
        self.titled(', anonymous:')
        window.key('9')
        time.sleep(.5)
        self.titled(', anonymous:')
        # The first thumbnail, by the pointer.
        self.screen.xdotool('mousemove', '--window', window.number, WIDTH - PANEL + 50, 235,
                            'click', 1)
        self.titled(', first')

    def check_slider(self, window):
        before = self.sliders(window.shot())
        self.assertGreaterEqual(len(before), 2, before)
        y = before[0][0] + 1
        self.screen.xdotool('mousemove', '--window', window.number, WIDTH - PANEL + 60, y,
                            'mousedown', 1)
        time.sleep(.3)
        self.screen.xdotool('mousemove', '--window', window.number, WIDTH - PANEL + 150, y)
        time.sleep(.3)
        self.screen.xdotool('mouseup', 1)
        self.shows(lambda s: (lambda f: f and f[0][1] < before[0][1] - 40 and
                              abs(f[0][0] - before[0][0]) < 4)(self.sliders(s)),
                   'the slider does not move')
        self.screen.xdotool('click', 3)
        self.shows(lambda s: self.sliders(s)[:1] == before[:1], 'no way back to the default')

    def test_marks(self):
        """What the window shows, filmed off the screen, and a photo carry both marks."""
        size = (640, 360)
        source = self.base / 'marks.mp4'
        common.ffmpeg('-stream_loop', '-1', '-i', common.CLIP, '-t', 2, '-an', '-vf',
                      'crop=400:225,scale=%d:%d' % size, '-r', 25, '-c:v', 'libx264',
                      '-preset', 'ultrafast', '-crf', '16', source)
        self.window = window = screen.Window(self.screen, [
            common.PROGRAM, 'live', '--engine', 'none', '--lost', 'pass', '-i', str(source),
            '--loop', '-o', 'null:'], self.env, self.log)
        window.size(WIDTH, HEIGHT)
        self.picture()
        # Where the picture lies: as wide as there is room for it, below the warning.
        shot = window.shot()
        rows = [y for y in range(50, PICTURE[3]) if not is_dark(*shot.at(20, y))]
        height, top = PICTURE[2] * size[1] // size[0], rows[0]
        self.assertLess(abs(len(rows) - height), 6, 'no picture as wide as there is room')
        film = self.base / 'screen.mkv'
        common.ffmpeg('-f', 'x11grab', '-framerate', 25, '-draw_mouse', 0, '-window_id',
                      window.number, '-t', 4.4, '-i', self.screen.display, '-vf',
                      f'crop={PICTURE[2]}:{height}:0:{top},scale=%d:%d' % size, '-c:v', 'ffv1',
                      film)
        window.key('p')
        folder = self.base / 'Pictures'
        before = set(folder.glob('bauta-*.png'))
        self.assertTrue(wait_for(lambda: set(folder.glob('bauta-*.png')) - before), 'no photo')
        window.key('q')
        self.assertEqual(window.end(), 0)
        photo = max(folder.glob('bauta-*.png'), key=lambda p: p.stat().st_mtime)
        for path in (film, photo):
            found = json.loads(subprocess.run([os.environ['BAUTA_LOOK'], path], check=True,
                                              stdout=subprocess.PIPE).stdout)
            print(path.name, {k: v for k, v in found.items() if k != 'trail'})
            self.assertEqual(found['labelled'], found['frames'], found)
            self.assertEqual(found['marked'], found['windows'], found)
            self.assertGreater(found['windows'], 0)

    def check_photo(self, window):
        folder = self.base / 'Pictures'
        window.key('p')
        self.assertTrue(wait_for(lambda: list(folder.glob('bauta-*.png'))), 'no photo')
        said = subprocess.run([common.PROGRAM, 'inspect', str(next(folder.iterdir()))],
                              stdout=subprocess.PIPE, check=False, text=True).stdout
        self.assertIn('manifest', said.lower())
        self.assertIn('watermark', said.lower())

    def check_sizes(self, window):
        for width, height in ((640, 480), (1500, 820), (400, 300)):
            window.size(width, height)
            self.shows(lambda s: s.count((0, 0, s.width // 2, s.height - 60), is_dark) <
                       .7, f'no picture at {width}x{height}')

    def test_controls(self):
        window = self.open('-o', 'null:')
        for check in (self.check_views, self.check_panel, self.check_faces,
                      self.check_slider, self.check_photo, self.check_sizes):
            with self.subTest(check.__name__):
                window.size(WIDTH, HEIGHT)
                check(window)
        window.key('q')
        self.assertEqual(window.end(), 0)

    def test_drop(self):
        window = self.open()
        self.picture()
        photo = self.base / 'a photo.jpg'
        shutil.copyfile(common.OTHER, photo)
        wrong = self.base / 'wrong.jpg'
        wrong.write_text('not a picture')
        os.environ['DISPLAY'] = self.screen.display
        sheet = (WIDTH // 2 - 200, HEIGHT // 2 - 150, WIDTH // 2 + 200, HEIGHT // 2 + 130)

        def drop(path):
            xdnd.drop(int(window.number), str(path))
            self.shows(lambda s: s.count(sheet, lambda *c: is_panel(*c) or
                                         c == (0x25, 0x2b, 0x35)) > .7, 'no dialog')
        # Without a ground nothing is put on.
        drop(photo)
        window.key('Return')
        time.sleep(1)
        window.key('Escape')
        time.sleep(1)
        self.titled(', first')
        window.key('4')
        time.sleep(.5)
        self.titled(', first')
        # And not without the reference that the ground needs.
        drop(photo)
        window.key('Down', 'Down', 'Return')
        time.sleep(.5)
        self.screen.xdotool('type', '--delay', '50', 'letter 7')
        window.key('Return')
        self.titled(', a photo.jpg', 4 * screen.SLOW)
        # What is no photo changes nothing.
        drop(wrong)
        window.key('Down', 'Return')
        time.sleep(2)
        self.titled(', a photo.jpg')
        window.key('q')
        self.assertEqual(window.end(), 0)

    def test_passing(self):
        window = self.open('--lost', 'pass')
        band = (300, 2, PICTURE[2] - 4, 34)
        self.shows(lambda s: s.count(band, is_amber) > .5, 'no warning')
        window.key('q')
        self.assertEqual(window.end(), 0)

    def run_without(self, *args, **env):
        env = {**os.environ, **self.env, **env}
        env = {key: value for key, value in env.items() if value}
        return subprocess.run(
            [common.PROGRAM, 'live', '--engine', 'none', '-i', 'test:64x64@25', *args],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
            check=False)

    def test_without(self):
        none = {'DISPLAY': None, 'WAYLAND_DISPLAY': None, 'SDL_VIDEODRIVER': None}
        done = self.run_without(**none)
        self.assertEqual(done.returncode, 2)
        self.assertIn('an output is missing', done.stderr)
        self.assertIn('DISPLAY', done.stderr)
        done = self.run_without('--no-window', DISPLAY=self.screen.display)
        self.assertEqual(done.returncode, 2)
        self.assertIn('--no-window', done.stderr)
        done = self.run_without('-o', 'null:', '--seconds', '1', **none)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('null:: ', done.stderr)
        # A display that does not answer is no reason to go on air unseen.
        done = self.run_without('-o', 'null:', '--seconds', '1', DISPLAY=':987')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('--no-window', done.stderr)


def main():
    missing = screen.missing()
    if not common.OTHER or not common.CLIP:
        missing.append('a second portrait in $BAUTA_MEDIA')
    if missing:
        print('skipped: there is no', ', '.join(missing))
        return 77
    result = unittest.main(argv=sys.argv[:1] + sys.argv[2:], exit=False).result
    return 0 if result.wasSuccessful() else 1


if __name__ == '__main__':
    sys.exit(main())

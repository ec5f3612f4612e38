#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No option, environment variable, build option or call switches the marks off. What there
is is listed here with what is tried; whatever is added fails until it is listed too.
usage: test_options.py PROGRAM [UNITTEST ARGUMENTS...]"""
import os
import re
import signal
import subprocess
import time
import unittest

from common import PROGRAM, ROOT, ffmpeg, main
from looks import CORNERS, Marked, look, source, sources

VARIABLES = {
    'BAUTA_FONT': 'the font of the label, which must draw its letters',
    'BAUTA_KEYS_PASSWORD': 'of a key that is imported',
    'BAUTA_MODELS': 'the folder of the nets', 'BAUTA_RUNTIME': 'the library of the nets',
    'HOME': 'where keys, faces and photos lie', 'XDG_CONFIG_HOME': 'where the key lies',
    'XDG_CACHE_HOME': 'where TensorRT keeps what it builds',
    'XDG_DATA_HOME': 'where faces and models lie', 'XDG_STATE_HOME': 'where the sessions are noted',
    'TMPDIR': 'where standard input is kept while it is inspected',
    'DISPLAY': 'whether there is a window', 'WAYLAND_DISPLAY': 'the same',
    'SDL_VIDEODRIVER': 'the same',
}
BUILD = {'pipewire', 'window'}
MACROS = {
    'BT_HAVE_PIPEWIRE': 'one more row of the table of sinks',
    'BT_LOOPS': 'for which processor the kernels are built',
}
# What gives out frames, or takes them: only the last four give any that the engine made.
CALLS = {'bauta_liveness_push', 'bauta_frame_new', 'bauta_frame_wrap', 'bauta_frame_ref',
         'bauta_frame_unref', 'bauta_frame_writable', 'bauta_process', 'bauta_push', 'bauta_pull',
         'bauta_watch_fn'}
# What is tried of each option, a run each; where it is None the option is one of live
# streams or says what is read, and is tried elsewhere or by the whole of the tests.
TRIED = {
    'faces': ['largest'], 'threads': ['2'], 'queue-depth': ['2'], 'models': None,
    'max-delay': None, 'pace': None, 'loop': None, 'session-log': ['0'], 'watch-view': None,
    'watch-mirror': None, 'force': None, 'start': ['.5'], 'duration': ['.3'],
    'codec': ['ffv1', 'mpeg4', 'libx264rgb'], 'quality': ['100'],
    'preset': ['ultrafast'], 'audio-codec': ['none'], 'realtime': None, 'microphone': None,
    'face-detector-threshold': ['.95'], 'face-presence-threshold': ['.95'],
    'face-smoothing': ['0', '4'], 'face-net': ['mesh'], 'engine': ['none'],
    'generator': None, 'provider': ['cpu'], 'mask-model': None, 'enhancer': None,
    'enhance': ['.5'],
    'shape': ['0', '1'], 'silhouette': ['1'], 'tone': ['1'], 'detail': ['1'],
    'eyes': ['own'], 'occlusion': ['0'], 'guard-look-ahead': ['0', '3'],
    'guard-hold': ['0', '2'], 'lost': ['card', 'pass'], 'label-position': list(CORNERS),
    'label-size': ['.75', '3'], 'label-lang': ['el', 'bg'], 'label': ['persistent'], 'label-ground': ['art'],
}
# As `bauta options` lists them.
LANGUAGES = re.search(r'^  --label-lang (\S+)', subprocess.run(
    [PROGRAM, 'options'], stdout=subprocess.PIPE, check=True, text=True).stdout,
                      re.M)[1].split('|')
# Those with which a face has to be drawn to be tried: all of them at once.
DRAWN = ('face-detector-threshold', 'face-presence-threshold', 'face-smoothing', 'face-net',
         'shape', 'silhouette', 'tone', 'detail', 'eyes', 'occlusion', 'guard-look-ahead',
         'guard-hold', 'faces', 'threads')


def probe(path):
    """The times of a film's pictures, a line each."""
    return subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries',
                           'frame=pts_time', '-of', 'csv=p=0', path], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


class Listed(unittest.TestCase):
    def test_variables(self):
        found = set()
        for path in sources('src', 'cli', 'include', 'examples'):
            text = source(path)
            found |= set(re.findall(r'\b(?:secure_)?getenv\("(\w+)"\)', text))
            calls = re.findall(r'\b(?:secure_)?getenv\((?!")\s*(\w+)', text)
            if calls:
                # A name that comes as an argument: the one helper of the window.
                self.assertEqual((path, calls), ('cli/live/window/window.c', ['variable']))
                found |= set(re.findall(r'\bis_set\("(\w+)"\)', text))
            self.assertNotRegex(text, r'\benviron\b', path)
        self.assertEqual(found, set(VARIABLES))

    def test_build(self):
        """Nothing of src/mark depends on how it is built, nor does who calls it."""
        text = (ROOT / 'meson_options.txt').read_text()
        self.assertEqual(set(re.findall(r"option\('(\w+)'", text)), BUILD)
        for path in sources('src', 'cli', 'include'):
            words = set()
            for line in re.findall(r'^[ \t]*#[ \t]*(?:el)?if(?:n?def)?[ \t]+(.*)$',
                                   source(path), re.M):
                words |= set(re.findall(r'[A-Za-z_]\w*', line)) - {'defined'}
            guard = path.removeprefix('src/').removeprefix('include/') \
                .removeprefix('cli/').upper().replace('/', '_').replace('.', '_')
            words -= {word for word in words if word.endswith(guard) or word.endswith('_H')}
            if path.startswith(('src/mark/', 'src/engine/path.c', 'src/engine/run.c')):
                self.assertEqual(words, set(), path)
            for word in words:
                self.assertTrue(word in MACROS or word.startswith('__'), f'{path}: {word}')

    def test_calls(self):
        found = set()
        for path in sources('include'):
            text = re.sub(r'\s+', ' ', source(path))
            for call in re.findall(r'[^;{}]*;', text):
                if 'struct bauta_frame' in call and '(' in call:
                    found |= set(re.findall(r'\b(bauta_\w+)\(', call))
        self.assertEqual(found, CALLS)

    def test_options(self):
        text = subprocess.run([PROGRAM, 'options'], stdout=subprocess.PIPE, check=True,
                              text=True).stdout
        found = re.findall(r'^  --([a-z-]+)', text, re.M)
        self.assertEqual(set(found), set(TRIED))
        # The label's own have no value for none.
        for name, values in (('label-position', 'top-right|top-left|bottom-right|bottom-left'),
                             ('label', 'persistent|opening'), ('label-size', '0.75..3')):
            self.assertRegex(text, rf'--{name} {re.escape(values)}\n')
        words = {word for name in found for word in name.split('-')}
        self.assertFalse(words & {'watermark', 'mark', 'marks', 'sign', 'provenance', 'c2pa',
                                  'gate', 'unmarked', 'raw'}, words)


class Tried(Marked):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.brief = cls.base / 'brief.mkv'
        ffmpeg('-i', cls.clip, '-t', '0.8', '-vf', 'scale=320:180', '-c:v', 'libx264', '-preset',
               'ultrafast', '-crf', '16', '-c:a', 'aac', cls.brief)

    def refused(self, *args, **more):
        self.none(self.dir / 'refused.mkv', *args, code=2, **more)
        self.assertFalse((self.dir / 'refused.mkv').exists())

    def test_each(self):
        for name, values in TRIED.items():
            for value in values if values and name not in DRAWN else ():
                with self.subTest(f'{name} {value}'):
                    out = self.dir / f'{name}-{value}.mkv'
                    self.none(out, f'--{name}', value, source=self.brief)
                    corner = CORNERS.index(value) if name == 'label-position' else 0
                    size = value if name == 'label-size' else '1'
                    lang = LANGUAGES.index(value) if name == 'label-lang' else 0
                    self.marked(out, '--corner', corner, '--size', size, '--lang', lang)
        for words in (('--label', 'none'), ('--label-size', '0'), ('--label-size', '.5'),
                      ('--label-position', 'outside'), ('--label', 'opening'),
                      ('--no-label',), ('--no-watermark',), ('--label-size', 'nan')):
            with self.subTest(words):
                self.refused(*words, source=self.brief)

    def test_worst(self):
        """The worst quality that can be asked for leaves the watermark in the pictures."""
        still = self.dir / 'still.png'
        ffmpeg('-i', self.clip, '-frames:v', '1', still)
        for name, words in (('a.mp4', []), ('b.webm', ['--preset', '8']),
                            ('c.mkv', ['--codec', 'mpeg4']), ('d.jpg', []), ('e.webp', []),
                            ('f.mkv', ['--codec', 'mjpeg']),
                            ('g.mkv', ['--codec', 'mpeg2video'])):
            with self.subTest(name):
                source = self.clip if '.j' not in name and '.webp' not in name else still
                self.none(self.dir / name, '--quality', '0', *words, source=source)
                self.marked(self.dir / name)

    def test_drawn(self):
        for which in (0, -1):
            out = self.dir / f'drawn{which}.mkv'
            words = [w for name in DRAWN for w in (f'--{name}', TRIED[name][which])]
            self.swap('--quiet', *words, input=self.brief, output=out)
            self.marked(out)

    def test_opening(self):
        """A work carries the label in its first and last four seconds, of what is written,
        and the watermark all the time."""
        film = self.dir / 'film.mp4'
        ffmpeg('-stream_loop', '-1', '-i', self.clip, '-t', '16', '-an', '-vf',
               'fps=10,scale=320:180', '-c:v', 'libx264', '-preset', 'ultrafast', film)
        opening = ['--label', 'opening', '--label-ground', 'a play']
        for name, cut, frames in (('whole', [], 160),
                                  ('cut', ['--start', '2', '--duration', '12'], 120)):
            with self.subTest(name):
                out = self.dir / f'{name}.mkv'
                self.none(out, *opening, *cut, source=film)
                found = look(out)
                self.assertEqual(found['frames'], frames)
                self.assertEqual(found['marked'], found['windows'], found)
                trail = found['trail']
                self.assertEqual(trail[:40] + trail[-40:], '1' * 80, trail)
                self.assertNotIn('1', trail[41:-41])
        # A film that is as short as that carries it all the time.
        self.none(self.dir / 'short.mkv', *opening, source=self.brief)
        self.marked(self.dir / 'short.mkv')
        for out in ('pictures/', 'picture.png', 'udp://127.0.0.1:9'):
            with self.subTest(out):
                out = out if '://' in out else f'{self.dir}/{out}'
                self.none(out, *opening, source=self.brief, code=2)
        self.bauta('live', '--engine', 'none', *opening, '-i', self.brief, '-o',
                   self.dir / 'live.mkv', code=2)
        self.assertFalse((self.dir / 'live.mkv').exists())

    def test_opening_stopped(self):
        """A work that is stopped goes on until its closing label was seen for its time."""
        out = self.dir / 'stopped.mkv'
        p = subprocess.Popen([PROGRAM, 'swap', '--engine', 'none', '--quiet', '-i',
                              'test:320x180@25,frames=200000', '-o', str(out), '--preset',
                              'ultrafast', '--label', 'opening', '--label-ground', 'a play'])
        time.sleep(1.5)
        p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(timeout=120), 19)
        trail = look(out)['trail']
        self.assertLess(len(trail), 200000)
        self.assertGreaterEqual(len(trail), 100)
        self.assertEqual(trail[:100] + trail[-100:], '1' * 200)
        # Where it had gone on for long enough, it was not seen in between.
        self.assertNotIn('1', trail[101:-101])

    def test_rates(self):
        """Codecs that know some rates only keep the times, and JPEG its range."""
        for codec in ('mjpeg', 'mpeg2video'):
            with self.subTest(codec):
                clip, out = self.dir / 'slow.mkv', self.dir / f'{codec}.mkv'
                ffmpeg('-i', self.clip, '-an', '-t', '3', '-vf', 'fps=15', '-c:v', 'libx264',
                       '-preset', 'ultrafast', clip)
                self.none(out, '--codec', codec, '--quality', '90', source=clip)
                times = [[round(float(t), 2) for t in re.findall(r'[\d.]+', probe(path))]
                         for path in (clip, out)]
                self.assertEqual(len(times[0]), len(times[1]))
                self.assertLess(max(abs(a - b) for a, b in zip(*times)), .04)
                below = 'crop=iw*.7:ih*.6:0:ih*.4,format=gray'
                said = subprocess.run(
                    ['ffmpeg', '-hide_banner', '-i', clip, '-i', out, '-lavfi',
                     f'[0:v]{below}[a];[1:v]scale=out_range=tv,{below}[b];[a][b]psnr', '-f',
                     'null', '-'], stderr=subprocess.PIPE, check=True, text=True).stderr
                self.assertGreater(float(re.search(r'average:([\d.]+)', said)[1]), 34)

    def test_formats(self):
        """Every layout of samples, sizes down to a few, 10 and 16 bits, transparency."""
        text = source('src/frame/format.c')
        names = set(re.findall(r'\.name = "(\w+)"', text)) or \
            set(re.findall(r'\{"(\w+)",', text))
        self.assertGreaterEqual(len(names), 9, names)
        for name in sorted(names):
            with self.subTest(name):
                out = self.dir / f'{name}.mkv'
                self.none(out, '--codec', 'ffv1',
                          source=f'test:320x180@25,frames=20,format={name}')
                self.marked(out)
        for pixel in ('yuv420p10le', 'yuv444p16le', 'gbrp', 'rgba64le', 'gray16le', 'yuv410p'):
            with self.subTest(pixel):
                clip, out = self.dir / f'{pixel}.nut', self.dir / f'{pixel}-out.mkv'
                ffmpeg('-i', self.brief, '-an', '-c:v', 'rawvideo', '-pix_fmt', pixel, clip)
                self.none(out, source=clip)
                self.marked(out)
        for pixel in ('rgba64be', 'rgba', 'ya8', 'pal8', 'monob'):
            with self.subTest(f'picture {pixel}'):
                still, out = self.dir / f'{pixel}.png', self.dir / f'{pixel}-out.png'
                ffmpeg('-i', self.brief, '-frames:v', '1', '-pix_fmt', pixel, still)
                self.none(out, source=still)
                # A picture of black and white only has little room for a watermark.
                self.marked(out, watermark=pixel != 'monob')
        clear = self.dir / 'clear.png'
        ffmpeg('-f', 'lavfi', '-i', 'color=black@0:s=320x180,format=rgba', '-frames:v', '1',
               clear)
        self.none(self.dir / 'clear-out.png', source=clear)
        self.marked(self.dir / 'clear-out.png', watermark=False)

    def test_sizes(self):
        for size in ('16x16', '33x17', '96x54', '160x120', '180x320', '1000x40', '40x1000'):
            with self.subTest(size):
                out = self.dir / f'{size}.mkv'
                self.none(out, '--codec', 'ffv1', source=f'test:{size}@25,frames=20')
                wide, high = map(int, size.split('x'))
                self.marked(out, frames=20, watermark=min(wide, high) >= 180)

    def test_turned(self):
        """The label is upright where the picture is shown, whichever way it is stored."""
        for turn in (90, 180):
            clip = self.dir / f'{turn}.mp4'
            ffmpeg('-i', self.brief, '-c', 'copy', '-metadata:s:v', f'rotate={turn}', clip)
            self.assertEqual(look(clip)['labelled'], 0)
            for ending in ('.mp4', '.mkv'):
                with self.subTest(f'{turn}{ending}'):
                    out = self.dir / f'{turn}-out{ending}'
                    self.none(out, source=clip)
                    self.marked(out, '--search')
        flat = self.dir / 'flat.mkv'
        ffmpeg('-i', self.brief, '-vf', 'scale=180:180,setsar=16/9', '-c:v', 'libx264', flat)
        self.none(self.dir / 'flat-out.mkv', source=flat)
        self.marked(self.dir / 'flat-out.mkv')

    def test_rates(self):
        for rate in ('1/2', '1', '3/2', '200'):
            with self.subTest(rate):
                out = self.dir / f'{rate.replace("/", "-")}.mkv'
                clip = self.dir / 'rate.mkv'
                ffmpeg('-i', self.brief, '-an', '-vf', f'setpts=N/({rate})/TB', '-r', rate,
                       '-frames:v', '6' if rate[0] == '1' else '20', '-c:v', 'libx264',
                       '-preset', 'ultrafast', clip)
                self.none(out, source=clip)
                self.marked(out)

    def test_environment(self):
        """Whatever is set, a run carries the marks or fails."""
        still = self.dir / 'still.png'
        ffmpeg('-i', self.brief, '-frames:v', '1', still)
        for name in VARIABLES:
            for value in ('', '/nonexistent')[not name.startswith('BAUTA'):]:
                out = self.dir / f'{name}.png'
                env = {**os.environ, name: value}
                done = subprocess.run(
                    [PROGRAM, 'swap', '--engine', 'none', '--quiet', '--force', '-i',
                     str(still), '-o', str(out)], env=env, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, check=False)
                with self.subTest(f'{name}={value}'):
                    self.assertEqual(out.exists(), done.returncode == 0, done.stderr)
                    if out.exists():
                        self.marked(out, frames=1)
                        out.unlink()


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Engines neural and hybrid in the real program, with made-up generators, and bauta models add, test.
usage: test_neural.py PROGRAM [UNITTEST ARGUMENTS...]; $BAUTA_GENERATORS is the folder that
tests/unit/swap/neural/write_generators.py filled."""
import json
import os
import pathlib
import shutil

from common import CONSENT, PHOTO, Case, ffmpeg, main, probe_frames

MADE = pathlib.Path(os.environ['BAUTA_GENERATORS'])


class Neural(Case):
    def setUp(self):
        super().setUp()
        self.home = {'XDG_DATA_HOME': str(self.dir / 'data')}

    def neural(self, generator, *args, engine='neural', **more):
        report = self.dir / 'report.json'
        self.swap('--engine', engine, '--generator', generator, '--json', report, *args,
                  env=self.home, **more)
        return json.loads(report.read_text())

    def marked(self, path):
        self.bauta('inspect', path)
        self.assertIn('watermark', self.out)
        self.assertNotRegex(self.out, r'(?i)no (label|watermark)')

    def add(self, made, name, *args, **more):
        path = self.dir / name
        shutil.copy(MADE / made, path)
        self.bauta('models', 'add', path, *args, env=self.home, **more)
        return path

    def test_swap(self):
        for name in ('inswapper_128', 'uniface_256', 'dfm', 'halves'):
            report = self.neural(MADE / f'{name}.model', '--force')
            self.assertEqual(report['engine'], 'neural')
            self.assertGreater(report['faces_swapped'], 20)
            self.assertEqual(report['frames_failed'], 0)
            self.assertNotIn('engine mesh', self.err)
        self.marked(self.dir / 'out.mp4')

    def test_hybrid(self):
        report = self.neural(MADE / 'inswapper_128.model', '--provider', 'cpu',
                             engine='hybrid')
        self.assertEqual((report['engine'], report['provider']),
                         ('hybrid', 'CPUExecutionProvider'))
        self.assertGreater(report['faces_swapped'], 20)
        self.assertEqual(report['frames_failed'], 0)
        self.assertNotIn('engine mesh', self.err)
        self.marked(self.dir / 'out.mp4')

    def test_hybrid_live(self):
        """A generator that never comes back holds no live stream up, nor its end."""
        video, out = self.dir / 'bright.mp4', self.dir / 'live.mp4'
        ffmpeg('-i', self.video, '-vf', 'eq=brightness=.35', '-c:v', 'libx264', '-an', video)
        self.bauta('live', '--no-window', '--loop', '-f', PHOTO, *CONSENT, '--engine',
                   'hybrid', '--generator', MADE / 'hangs.model', '-i', video, '-o', out,
                   '--seconds', '2')
        self.assertGreater(probe_frames(out), 5)
        self.marked(out)

    def test_enrolled(self):
        """An enrolled face keeps what generators are shown of it; nobody has none."""
        self.bauta('face', 'add', 'anna', PHOTO, *CONSENT, env=self.home)
        made = MADE / 'ghost_2_256.model'
        self.neural(made, '-f', 'anna', photo=None)
        self.assertNotIn('portrait', self.err)
        report = self.neural(made, '--force', photo='anonymous:7', consent=[])
        self.assertIn('no portrait', self.err)
        self.assertGreater(report['faces_swapped'], 20)

    def test_wrong(self):
        for name in ('other_hash', 'other_size', 'other_type', 'damaged', 'absent',
                     'whole_numbers', 'no_emap', 'ambiguous'):
            path = MADE / f'{name}.model'
            self.fails(15, '--engine', 'neural', '--generator', path, names=name)
        for engine in ('neural', 'hybrid'):
            self.fails(2, '--engine', engine, names='--generator')
        for engine in ('hybrid', 'mesh'):
            self.fails(30, '--engine', engine, '--generator', MADE / 'halves.model',
                       '--provider', 'abacus', names='abacus')
        self.fails(4, '--engine', 'neural', '--generator', 'no_such_model',
                   names='no_such_model', env=self.home)
        self.fails(15, '--engine', 'neural', '--generator', 'inswapper_128',
                   names='non-commercial', env=self.home)
        broken = self.made('broken.model', b'[model]\nname = x\nwhat = y\n')
        self.fails(9, '--engine', 'neural', '--generator', broken, names='what')

    def test_fails(self):
        """A generator that fails in mid-stream: engine mesh goes on, and it is said."""
        video = self.dir / 'step.mp4'
        ffmpeg('-i', self.video, '-vf',
               "eq=brightness=-.25:enable='lt(t,.4)',eq=brightness=.35:enable='gte(t,.4)'",
               '-c:v', 'libx264', '-an', video)
        for name, engine, other in (('fails', 'neural', 'engine mesh'),
                                    ('nan', 'neural', 'engine mesh'),
                                    ('fails', 'hybrid', 'the key frames')):
            report = self.neural(MADE / f'{name}.model', '--force', input=video,
                                 engine=engine)
            self.assertIn(f'goes on with {other}', self.err)
            self.assertEqual(report['frames'], probe_frames(video))
            self.assertEqual(report['frames_failed'], 0)
            self.assertEqual(report['faces_swapped'], report['faces_found'])
            self.marked(self.dir / 'out.mp4')

    def test_add(self):
        net = self.add('inswapper_128.onnx', 'inswapper_128.onnx')
        self.assertIn('taken by its name', self.out)
        self.assertIn('another one than that of the known file', self.out)
        self.assertIn('non-commercial', self.out)
        self.add('arcface_w600k_r50.onnx', 'w600k_r50.onnx')
        picture = self.dir / 'looks.png'
        self.bauta('models', 'test', 'inswapper_128', '-f', PHOTO, *CONSENT, '-o', picture,
                   env=self.home)
        self.assertIn('drew 1 of 1', self.err + self.out)
        self.assertTrue(picture.read_bytes().startswith(b'\x89PNG'))
        self.bauta('inspect', picture)
        report = self.neural('inswapper_128')
        self.assertGreater(report['faces_swapped'], 20)
        self.bauta('models', env=self.home)
        self.assertRegex(self.out, r'inswapper_128: generator of 128x128: good')
        self.assertRegex(self.out, r'ghost_1_256: generator of 256x256: not here')
        # The file's hash is pinned from now on.
        net.write_bytes(net.read_bytes() + b'\0')
        self.bauta('models', env=self.home)
        self.assertIn('inswapper_128: generator of 128x128: DAMAGED', self.out)
        (self.dir / 'out.mp4').unlink()
        self.swap('--engine', 'neural', '--generator', 'inswapper_128', code=15,
                  env=self.home)
        self.assertFalse((self.dir / 'out.mp4').exists())

    def test_guess(self):
        for made, words in (('inswapper_128.onnx', '128x128, nchw rgb.*emap'),
                            ('hyperswap_1a_256.onnx', '256x256.*-1 to 1.*normalise'),
                            ('uniface_256.onnx', '256x256.*a picture'),
                            ('dfm.onnx', '224x224, nhwc bgr.*one identity'),
                            ('converter_ghost.onnx', 'converter of vectors of 512'),
                            ('gfpgan_1.4.onnx', 'enhancer of 512x512.*-1 to 1'),
                            ('codeformer.onnx', 'enhancer of 512x512.*weight'),
                            ('xseg.onnx', 'mask net of 256x256, nhwc bgr'),
                            ('arcface_w600k_r50.onnx', 'embedder of 112x112')):
            self.add(made, 'x ' + made, '--name', made.split('.')[0])
            self.assertRegex(self.out, f'guessed from its shapes: .*{words}')
        report = self.neural('inswapper_128')
        self.assertGreater(report['faces_swapped'], 20)
        self.assertNotIn('engine mesh', self.err)

    def test_beside(self):
        for name in ('inswapper_128', 'xseg', 'gpen_bfr_256'):
            self.add(name + '.onnx', name + '.onnx')
        self.add('arcface_w600k_r50.onnx', 'w600k_r50.onnx')
        more = ('--mask-model', 'xseg', '--enhancer', 'gpen_bfr_256')
        picture = self.dir / 'looks.png'
        self.bauta('models', 'test', 'inswapper_128', *more, '-f', PHOTO, *CONSENT, '-o',
                   picture, env=self.home)
        self.bauta('inspect', picture)
        report = self.neural('inswapper_128', *more)
        self.assertEqual(report['faces_swapped'], report['faces_found'])
        self.assertNotIn('engine mesh', self.err)
        self.marked(self.dir / 'out.mp4')
        # Of another role, unknown, or for an engine that has none.
        for words, code, said in ((('--enhancer', 'xseg'), 15, 'is a mask; an enhancer'),
                                  (('--mask-model', 'nothing'), 4, 'nothing')):
            self.swap('--engine', 'neural', '--generator', 'inswapper_128', *words, '--force',
                      code=code, env=self.home)
            self.assertIn(said, self.err)
        self.swap('--enhancer', 'gpen_bfr_256', '--force', code=2, env=self.home)
        self.assertIn('engine mesh takes none', self.err)

    def test_add_refuses(self):
        (self.dir / 'junk.onnx').write_bytes(b'junk' * 100)
        self.bauta('models', 'add', self.dir / 'junk.onnx', code=15, env=self.home)
        self.bauta('models', 'add', self.dir / 'none.onnx', code=4, env=self.home)
        self.bauta('models', 'add', code=2, env=self.home)
        self.add('ghost_1_256.onnx', 'a.onnx', '--name', '../a', code=2)
        self.add('ghost_1_256.onnx', 'a ; b.onnx', '--name', 'a', code=2)
        self.add('ghost_1_256.onnx', 'a\nsha256 = 0.onnx', '--name', 'a', code=2)
        self.assertFalse((self.dir / 'data').exists() and
                         any((self.dir / 'data').rglob('*.model')))
        self.bauta('models', 'test', 'ghost_1_256', code=2, env=self.home)


main()

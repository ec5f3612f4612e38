#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manifests that other people's writers made, and certificates that may not sign: our verdict
is the reference validator's. Carried manifests lose their pictures. A second reader takes our
pictures, too.
usage: test_others.py PROGRAM FOLDER-OF-C2PA-WASM C2PA-CHECK DEPS C2PA-SIGN [UNITTEST ...]"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from test_c2pa import CHECK, FFMPEG, NODE, PROGRAM, WASM, free_ranges  # noqa: E402

DEPS = pathlib.Path(sys.argv[4]).resolve()
SIGN = os.path.abspath(sys.argv[5])
LEAF = ('basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature',
        'extendedKeyUsage=emailProtection', 'subjectKeyIdentifier=hash',
        'authorityKeyIdentifier=keyid')
EC, CLAIM = 'ec:P-256', '1.3.6.1.4.1.62558.2.1'
# Name, kind of key, and what is other than in LEAF; then what the reference validator says.
CERTIFICATES = {
    'plain': (EC, {}, 'Trusted'),
    'both-purposes': (EC, {2: f'extendedKeyUsage={CLAIM},emailProtection'}, 'Trusted'),
    'no-key-identifier': (EC, {3: 'subjectKeyIdentifier=none'}, 'Trusted'),
    'no-constraints': (EC, {0: ''}, 'Trusted'),
    'authority': (EC, {0: 'basicConstraints=critical,CA:TRUE'}, 'Invalid'),
    'signs-certificates': (EC, {1: 'keyUsage=critical,digitalSignature,keyCertSign'}, 'Invalid'),
    'claim-purpose-alone': (EC, {2: f'extendedKeyUsage={CLAIM}'}, 'Invalid'),
    'server': (EC, {2: 'extendedKeyUsage=serverAuth'}, 'Invalid'),
    'any-purpose': (EC, {2: 'extendedKeyUsage=anyExtendedKeyUsage'}, 'Invalid'),
    'mail-and-stamps': (EC, {2: 'extendedKeyUsage=emailProtection,timeStamping'}, 'Invalid'),
    'stamps-and-answers': (EC, {2: 'extendedKeyUsage=timeStamping,OCSPSigning'}, 'Invalid'),
    'no-purpose': (EC, {2: ''}, 'Invalid'),
    'no-usage': (EC, {1: ''}, 'Invalid'),
    'no-issuer-identifier': (EC, {4: 'authorityKeyIdentifier=none'}, 'Invalid'),
    'weak-digest': (EC, {'digest': '-sha1'}, 'Invalid'),
    'expired': (EC, {'days': '-1'}, 'Invalid'),
}
FOREIGN = {'es384': 'ec:P-384', 'es512': 'ec:P-521', 'ps256': 'rsa:2048', 'ed25519': 'ed25519'}


class Others(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for part in (WASM / 'stamp', DEPS / 'c2pa-node/stamp', DEPS / 'c2pa-ts/stamp'):
            if not NODE or not FFMPEG or not part.exists():
                raise unittest.SkipTest('node, ffmpeg or what tools/setup.sh c2pa-test brings '
                                        'is missing')
        cls.holder = tempfile.TemporaryDirectory(prefix='bauta-c2pa-')
        cls.dir = pathlib.Path(cls.holder.name)
        cls.env = {**os.environ, 'XDG_CONFIG_HOME': str(cls.dir / 'config'),
                   'XDG_STATE_HOME': str(cls.dir / 'state')}
        film = cls.dir / 'source.mp4'
        for to, words in (
                (film, ['-f', 'lavfi', '-i', 'testsrc=s=320x180:d=1', '-f', 'lavfi', '-i',
                        'sine=440:d=1', '-c:v', 'libx264', '-c:a', 'aac']),
                ('source.mov', ['-i', film, '-c', 'copy']),
                ('parts.mp4', ['-i', film, '-c', 'copy', '-movflags',
                               'frag_keyframe+empty_moov+default_base_moof']),
                ('source.png', ['-i', film, '-frames:v', '1']),
                ('source.jpg', ['-i', film, '-frames:v', '1'])):
            subprocess.run([FFMPEG, '-v', 'error', *map(str, words), str(cls.dir / to)],
                           check=True)
        cls.authority('root', 'root')
        cls.authority('middle', 'root')
        cls.anchor = cls.dir / 'root.pem'
        for name, kind in {'es256': EC, **FOREIGN}.items():
            cls.leaf(name, kind, {})
        cls.bauta('swap', '--engine', 'none', '-i', cls.dir / 'source.png', '-o',
                  cls.dir / 'ours.png', '--quiet')
        pem = (cls.dir / 'config/bauta/signer.pem').read_text()
        cls.own = cls.dir / 'own.pem'
        cls.own.write_text('-----BEGIN CERTIFICATE' + pem.split('-----BEGIN CERTIFICATE')[-1])

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def openssl(cls, *args):
        subprocess.run(['openssl', *map(str, args)], check=True, cwd=cls.dir,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @classmethod
    def request(cls, name, kind):
        family, _, size = kind.partition(':')
        key = {'ec': ['ec', '-pkeyopt', f'ec_paramgen_curve:{size}'], 'rsa': [kind],
               'ed25519': ['ed25519']}[family]
        cls.openssl('req', '-new', '-newkey', *key, '-nodes', '-keyout', f'{name}.key', '-out',
                    f'{name}.csr', '-subj', f'/CN={name}/O=test')

    @classmethod
    def authority(cls, name, issuer):
        cls.request(name, EC)
        (cls.dir / f'{name}.ext').write_text(
            'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
            'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n')
        by = (['-signkey', 'root.key'] if name == issuer
              else ['-CA', f'{issuer}.pem', '-CAkey', f'{issuer}.key'])
        cls.openssl('x509', '-req', '-in', f'{name}.csr', *by, '-days', '9', '-extfile',
                    f'{name}.ext', '-out', f'{name}.pem')

    @classmethod
    def leaf(cls, name, kind, other):
        cls.request(name, kind)
        lines = [other.get(i, line) for i, line in enumerate(LEAF)]
        (cls.dir / f'{name}.ext').write_text('\n'.join(line for line in lines if line))
        digest = [other['digest']] if 'digest' in other else []
        cls.openssl('x509', '-req', '-in', f'{name}.csr', '-CA', 'middle.pem', '-CAkey',
                    'middle.key', '-days', other.get('days', '9'), *digest, '-extfile', f'{name}.ext', '-out',
                    f'{name}.crt')
        chain = (cls.dir / f'{name}.crt').read_text() + (cls.dir / 'middle.pem').read_text()
        (cls.dir / f'{name}.pem').write_text(chain)
        (cls.dir / f'{name}.bundle').write_text((cls.dir / f'{name}.key').read_text() + chain)

    @classmethod
    def bauta(cls, *args, **env):
        return subprocess.run([PROGRAM, *map(str, args)], env={**cls.env, **env}, check=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def made(self, **jobs):
        """Files that the foreign writer signs: name=(source, signer, more)."""
        listed, files = [], []
        for name, (source, signer, more) in jobs.items():
            files.append(self.dir / f'{name}{pathlib.Path(source).suffix}')
            listed.append({'from': str(self.dir / source), 'to': str(files[-1]),
                           'signer': signer, 'alg': signer, **more})
        (self.dir / 'jobs.json').write_text(json.dumps(listed))
        subprocess.run([NODE, str(HERE / 'sign.mjs'), str(DEPS / 'c2pa-node'), str(self.dir),
                        str(self.dir / 'jobs.json')], check=True)
        return files

    def theirs(self, files, anchor=None):
        out = subprocess.run([NODE, str(HERE / 'verify.mjs'), str(WASM),
                              str(anchor or self.anchor), *map(str, files)],
                             stdout=subprocess.PIPE, check=True).stdout.decode()
        return [json.loads(line) for line in out.splitlines()]

    def ours(self, files, anchor=None):
        return subprocess.run([CHECK, str(anchor or self.anchor), *map(str, files)], check=True,
                              stdout=subprocess.PIPE).stdout.decode().split()

    def equal(self, files, anchor=None):
        """Theirs, which ours are the same as."""
        theirs = [found['state'] for found in self.theirs(files, anchor)]
        self.assertEqual([state.lower() for state in theirs], self.ours(files, anchor),
                         [f.name for f in files])
        return theirs

    def test_foreign(self):
        files = self.made(**{f'f_{i}': (source, 'es256', {}) for i, source in enumerate(
            ('source.jpg', 'source.png', 'source.mp4', 'source.mov', 'parts.mp4'))},
            **{f'f_{name}': ('source.png', name, {}) for name in FOREIGN})
        self.assertEqual(set(self.equal(files)), {'Trusted'})
        self.assertEqual(set(self.equal(files, self.own)), {'Valid'})

    def test_foreign_changed(self):
        """A bit in hashed bytes: Invalid in both. In the manifest: none is taken that the
        reference refuses."""
        dice = random.Random(6)
        first, = self.made(first=('source.jpg', 'es256', {'thumbnail': True}))
        files = self.made(child=('source.png', 'es384', {'parent': str(first)}),
                          film=('source.mp4', 'es256', {'parent': str(first)}))
        for file in [first, *files]:
            data = file.read_bytes()
            free = free_ranges(data)
            hashed, inside = [], []
            while len(hashed) < 20 or len(inside) < 60:
                at = dice.randrange(len(data))
                changed = bytearray(data)
                changed[at] ^= 1 << dice.randrange(8)
                (inside if any(a <= at < b for a, b in free) else hashed).append(changed)
            for kind, variants in (('hashed', hashed[:20]), ('inside', inside[:60])):
                paths = [self.dir / f'{kind}-{i}{file.suffix}' for i in range(len(variants))]
                for path, variant in zip(paths, variants, strict=True):
                    path.write_bytes(variant)
                for found, mine in zip(self.theirs(paths), self.ours(paths), strict=True):
                    if kind == 'hashed' or found['state'] not in ('Trusted', 'Valid'):
                        self.assertNotIn(mine, ('trusted', 'valid'), found)

    def test_certificates(self):
        files = []
        for name, (kind, other, _) in CERTIFICATES.items():
            self.leaf(name, kind, other)
            files.append(self.dir / f'{name}.png')
            files[-1].write_bytes((self.dir / 'source.png').read_bytes())
            subprocess.run([SIGN, str(self.dir / f'{name}.bundle'), str(files[-1])], check=True)
        states = self.equal(files)
        self.assertEqual(dict(zip(CERTIFICATES, states, strict=True)),
                         {name: state for name, (_, _, state) in CERTIFICATES.items()})

    def test_import(self):
        """What would make Invalid files is refused before it signs any."""
        for name in ('authority', 'server', 'no-issuer-identifier', 'weak-digest', 'plain'):
            kind, other, state = CERTIFICATES[name]
            self.leaf(name, kind, other)
            p = subprocess.run([PROGRAM, 'keys', 'import', str(self.dir / f'{name}.bundle')],
                               env={**self.env, 'XDG_CONFIG_HOME': str(self.dir / 'imported')},
                               check=False, stderr=subprocess.PIPE)
            self.assertEqual(p.returncode, 0 if state == 'Trusted' else 9, p.stderr)
            if state != 'Trusted':
                self.assertIn(b'emailProtection', p.stderr)

    def test_order(self):
        """A chain is put in order, whichever way the file has it."""
        root, middle = self.anchor.read_text(), (self.dir / 'middle.pem').read_text()
        leaf, key = (self.dir / 'es256.crt').read_text(), (self.dir / 'es256.key').read_text()
        (self.dir / 'turned.pem').write_text(leaf + root + middle + key)
        (self.dir / 'rest.pem').write_text(root + middle)
        self.openssl('pkcs12', '-export', '-inkey', 'es256.key', '-in', 'es256.crt', '-certfile',
                     'rest.pem', '-passout', 'pass:', '-out', 'turned.p12')
        env = {**self.env, 'XDG_CONFIG_HOME': str(self.dir / 'turned')}
        for name in ('turned.pem', 'turned.p12'):
            out = self.dir / f'{name}.png'
            subprocess.run([PROGRAM, 'keys', 'import', str(self.dir / name)], env=env, check=True)
            subprocess.run([PROGRAM, 'swap', '--engine', 'none', '-i',
                            str(self.dir / 'source.png'), '-o', str(out), '--quiet'], env=env,
                           check=True)
            self.assertEqual(self.equal([out]), ['Trusted'])

    def test_expired(self):
        """The key made here is made anew; somebody's own is not touched."""
        path = self.dir / 'old/bauta/signer.pem'
        path.parent.mkdir(parents=True)
        env = {**self.env, 'XDG_CONFIG_HOME': str(self.dir / 'old')}
        for organisation, code in (('bauta, made on this machine', 0), ('someone', 9)):
            self.openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                         '-nodes', '-keyout', 'old.key', '-out', 'old.csr', '-subj',
                         f'/CN=old/O={organisation}')
            self.openssl('x509', '-req', '-in', 'old.csr', '-signkey', 'old.key', '-days', '-1',
                         '-out', 'old.crt')
            old = (self.dir / 'old.key').read_text() + (self.dir / 'old.crt').read_text()
            path.write_text(old)
            p = subprocess.run([PROGRAM, 'keys', 'show'], env=env, check=False,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual(p.returncode, code, p.stderr)
            self.assertEqual(path.read_text() == old, code != 0)

    def test_many_begin(self):
        """Ten at once on the first day: they all have the same key."""
        env = {**self.env, 'XDG_CONFIG_HOME': str(self.dir / 'many')}
        running = [subprocess.Popen([PROGRAM, 'keys', 'show'], env=env, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE) for _ in range(10)]
        shown = {p.communicate()[0] for p in running}
        self.assertEqual({p.returncode for p in running}, {0})
        self.assertEqual(len(shown), 1)
        left = {f.name: f.stat().st_mode & 0o777 for f in (self.dir / 'many/bauta').iterdir()}
        self.assertEqual(left, {'signer.pem': 0o600, 'signer.pem.lock': 0o600})

    def test_pictures_go(self):
        """Thumbnails and positions of the input's manifests are taken out, over generations;
        the rest is carried and holds."""
        place = {'label': 'c2pa.metadata', 'data': {
            '@context': {'exif': 'http://ns.adobe.com/exif/1.0/'},
            'exif:GPSLatitude': '45,26.3N'}}
        first, = self.made(shot=('source.jpg', 'es256', {'thumbnail': True,
                                                         'assertions': [place]}))
        second, = self.made(edit=('source.mp4', 'es384', {'thumbnail': True,
                                                          'parent': str(first)}))
        self.assertIn(b'\xff\xd8\xff', self.manifest(first))
        self.assertIn(b'GPSLatitude', self.manifest(first))
        out = [self.dir / name for name in ('c1.jpg', 'c2.mp4', 'c3.jpg')]
        for source, to in zip((first, second, out[0]), out, strict=True):
            self.bauta('swap', '--engine', 'none', '-i', source, '-o', to, '--quiet')
            data = self.manifest(to)
            for mark in (b'\xff\xd8\xff', b'\x89PNG\r', b'GPSLatitude', b'45,26.3N'):
                self.assertNotIn(mark, data, to.name)
            self.assertGreaterEqual(data.count(b'c2pa.redacted'), 1)
        # A manifest that lies beside its film is no other.
        for source, to in ((first, 'c4.webp'), (second, 'c5.mkv')):
            self.bauta('swap', '--engine', 'none', '-i', source, '-o', self.dir / to, '--quiet')
            data = (self.dir / f'{to}.c2pa').read_bytes()
            for mark in (b'\xff\xd8\xff', b'\x89PNG\r', b'GPSLatitude', b'45,26.3N'):
                self.assertNotIn(mark, data, to)
            self.assertGreaterEqual(data.count(b'c2pa.redacted'), 1)
        both = self.dir / 'both.pem'
        both.write_text(self.anchor.read_text() + self.own.read_text())
        self.assertEqual(self.equal(out, both), ['Trusted'] * 3)
        for found in self.theirs(out, both):
            self.assertEqual(found['failures'], [])
            self.assertIn('active_manifest', found['ingredients'][0])
        # The signers of the input, and of its input, need not be trusted for ours to be.
        self.assertEqual(self.equal(out, self.own), ['Trusted'] * 3)

    def test_folder(self):
        """Each picture of a folder carries its own input's manifests."""
        folder, out = self.dir / 'folder', self.dir / 'folder-out'
        folder.mkdir()
        first, = self.made(**{'folder/one': ('source.jpg', 'es256', {'thumbnail': True})})
        (folder / 'two.jpg').write_bytes((self.dir / 'source.jpg').read_bytes())
        self.bauta('swap', '--engine', 'none', '-i', folder, '-o', f'{out}/', '--quiet')
        files = [out / first.name, out / 'two.jpg']
        self.assertEqual(self.equal(files, self.own), ['Trusted'] * 2)
        carried = ['active_manifest' in found['ingredients'][0]
                   for found in self.theirs(files, self.own)]
        self.assertEqual(carried, [True, False])

    def manifest(self, file):
        data = file.read_bytes()
        return b''.join(data[a:b] for a, b in free_ranges(data))

    def test_consent(self):
        """The ground that was given for a face, or kept with an enrolled one, is signed."""
        photo, clip = DEPS / 'demo/astronaut.png', DEPS / 'demo/hello.mp4'
        if not photo.exists() or not clip.exists():
            self.skipTest('the demo media (tools/setup.sh demo) is missing')
        film = self.dir / 'hello.mp4'
        subprocess.run([FFMPEG, '-v', 'error', '-i', str(clip), '-frames:v', '4', '-an', '-vf',
                        'scale=640:-2', str(film)], check=True)
        env = {'XDG_DATA_HOME': str(self.dir / 'data')}
        self.bauta('face', 'add', 'eileen', photo, '--consent', 'written:file 7', **env)
        grounds = []
        for name, words in (('given', ['-f', photo, '--consent', 'licensed:CC0']),
                            ('kept', ['-f', 'eileen'])):
            out = self.dir / f'{name}.mp4'
            self.bauta('swap', *words, '-i', film, '-o', out, '--quiet', **env)
            found, = self.theirs([out], self.own)
            self.assertEqual(found['state'], 'Trusted', found)
            edited = found['assertions']['c2pa.actions.v2']['actions'][1]
            self.assertEqual(edited['digitalSourceType'].split('/')[-1], 'compositeSynthetic')
            grounds += [face['ground'] for face in found['assertions']['org.bauta.consent']
                        ['faces']]
            # The photo's face is in no byte of the manifest either.
            self.assertNotIn(b'\xff\xd8\xff', self.manifest(out))
            self.assertNotIn(b'astronaut', out.read_bytes())
        self.assertEqual(grounds, ['licensed:CC0', 'written:file 7'])

    def test_appended_boxes(self):
        """Boxes that a film's hash leaves out are no place to append things to."""
        kind = bytes.fromhex('d8fec3d61b0e483c92975828877ec481')
        film = self.dir / 'longer.mp4'
        self.bauta('swap', '--engine', 'none', '-i', self.dir / 'source.mp4', '-o', film,
                   '--quiet')
        data, files = film.read_bytes(), []
        self.assertEqual(self.equal([film], self.own), ['Trusted'])
        for i, (name, content) in enumerate((
                (b'uuid', kind), (b'uuid', kind + b'\0\0\0\0other\0' + b'X' * 40),
                (b'uuid', kind + b'\0\0\0\0merkle\0' + b'X' * 40),
                (b'uuid', kind + b'\0\0\0\0update\0' + b'X' * 40),
                (b'uuid', kind + b'\0\0\0\0manifest\0' + b'X' * 40),
                (b'uuid', b'X' * 40), (b'mfra', b'X' * 40), (b'ftyp', b'isom' + b'X' * 40),
                (b'free', b'X' * 40), (b'mdat', b'X' * 40))):
            files.append(self.dir / f'longer-{i}.mp4')
            files[-1].write_bytes(data + (len(content) + 8).to_bytes(4, 'big') + name + content)
        self.assertFalse({'trusted', 'valid'} & set(self.ours(files, self.own)))

    def test_second_reader(self):
        good = [self.dir / name for name in ('second.jpg', 'second.png')]
        changed = [to.with_name(f'changed{to.suffix}') for to in good]
        for to, other in zip(good, changed, strict=True):
            self.bauta('swap', '--engine', 'none', '-i', self.dir / f'source{to.suffix}', '-o',
                       to, '--quiet')
            data = bytearray(to.read_bytes())
            data[-40] ^= 1
            other.write_bytes(data)
        said = subprocess.run([NODE, str(HERE / 'second.mjs'), str(DEPS / 'c2pa-ts'),
                               *map(str, good + changed)], stdout=subprocess.PIPE, check=True).stdout
        found = [json.loads(line) for line in said.splitlines()]
        self.assertEqual([f['valid'] for f in found], [True, True, False, False], found)


if __name__ == '__main__':
    program = unittest.main(argv=[sys.argv[0], *sys.argv[6:]], exit=False)
    for test, reason in program.result.skipped:
        print(f'skipped: {test}: {reason}')
    if not program.result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if program.result.testsRun == len(program.result.skipped) else 0)

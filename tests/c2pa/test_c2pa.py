#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manifests of the program's outputs before the reference validator.
usage: test_c2pa.py PROGRAM FOLDER-OF-C2PA-WASM C2PA-CHECK [UNITTEST ARGUMENTS...]"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
WASM = pathlib.Path(sys.argv[2]).resolve()
CHECK = os.path.abspath(sys.argv[3])
HERE = pathlib.Path(__file__).resolve().parent
NODE, FFMPEG = shutil.which('node'), shutil.which('ffmpeg')
KINDS = ('jpg', 'png', 'mp4', 'mov')
FLIPS = 200


def be(data, at, size):
    return int.from_bytes(data[at:at + size], 'big')


def free_ranges(data):
    """What the manifest's hash leaves out: its own place, and ftyp of a film."""
    if data[:2] == b'\xff\xd8':
        at, found = 2, []
        while data[at] == 0xff and data[at + 1] != 0xda:
            size = 2 + be(data, at + 2, 2)
            if data[at + 1] == 0xeb:
                found.append((at, at + size))
            at += size
        return found
    at, found = (8, []) if data[:4] == b'\x89PNG' else (0, [])
    while at < len(data):
        if at >= 8 and data[:4] == b'\x89PNG':
            size, kind, left_out = be(data, at, 4) + 12, data[at + 4:at + 8], (b'caBX',)
        else:
            size, kind, left_out = be(data, at, 4), data[at + 4:at + 8], (b'uuid', b'ftyp')
        if kind in left_out:
            found.append((at, at + size))
        at += size
    return found


class Manifests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not NODE or not FFMPEG or not (WASM / 'stamp').exists():
            raise unittest.SkipTest('node, ffmpeg or the validator (tools/setup.sh c2pa-test) '
                                    'is missing')
        cls.holder = tempfile.TemporaryDirectory(prefix='bauta-c2pa-')
        cls.dir = pathlib.Path(cls.holder.name)
        cls.env = {**os.environ, 'XDG_CONFIG_HOME': str(cls.dir / 'config'),
                   'XDG_STATE_HOME': str(cls.dir / 'state')}
        source = cls.dir / 'source.mp4'
        subprocess.run([FFMPEG, '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=320x180:d=1',
                        '-f', 'lavfi', '-i', 'sine=440:d=1', '-c:v', 'libx264', '-c:a', 'aac',
                        str(source)], check=True)
        still = cls.dir / 'source.png'
        subprocess.run([FFMPEG, '-v', 'error', '-i', str(source), '-frames:v', '1', str(still)],
                       check=True)
        cls.made = {}
        for kind in KINDS:
            cls.made[kind] = cls.dir / f'made.{kind}'
            cls.bauta('swap', '--engine', 'none', '-i', still if kind in KINDS[:2] else source,
                      '-o', cls.made[kind], '--quiet')
        pem = (cls.dir / 'config/bauta/signer.pem').read_text()
        cls.anchor = cls.dir / 'anchor.pem'
        cls.anchor.write_text('-----BEGIN CERTIFICATE' + pem.split('-----BEGIN CERTIFICATE')[-1])
        cls.source = source

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def bauta(cls, *args):
        return subprocess.run([PROGRAM, *map(str, args)], env=cls.env, check=True,
                              stderr=subprocess.PIPE)

    def verify(self, files, anchor=True):
        out = subprocess.run([NODE, str(HERE / 'verify.mjs'), str(WASM),
                              str(self.anchor) if anchor else '-', *map(str, files)],
                             stdout=subprocess.PIPE, check=True).stdout.decode()
        return [json.loads(line) for line in out.splitlines()]

    def states(self, files, **more):
        return [found['state'] for found in self.verify(files, **more)]

    def ours(self, folder, anchor=True):
        """What bauta inspect says of each picture or film of a folder."""
        p = subprocess.run([PROGRAM, 'inspect', '--json', '-',
                            *(['--anchors', str(self.anchor)] if anchor else []), str(folder)],
                           env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           check=False)
        self.assertGreaterEqual(p.returncode, 0, p.stderr)
        return {pathlib.Path(found['path']).name: found for found in json.loads(p.stdout)}

    def compare(self, files):
        """Theirs and ours must say the same."""
        theirs = self.states(files)
        ours = subprocess.run([CHECK, str(self.anchor), *map(str, files)], check=True,
                              stdout=subprocess.PIPE).stdout.decode().split()
        for file, state, mine in zip(files, theirs, ours, strict=True):
            said = {'Trusted': ('trusted',), 'Valid': ('valid',), 'Invalid': ('invalid',),
                    'none': ('none', 'invalid')}[state]
            self.assertIn(mine, said, (file.name, state))
        return theirs

    def variants(self, kind, changed):
        files = []
        for i, data in enumerate(changed):
            files.append(self.dir / f'variant-{i}.{kind}')
            files[-1].write_bytes(data)
        return files

    def test_trusted(self):
        for found in self.verify(self.made.values()):
            self.assertEqual(found['state'], 'Trusted', found)
            self.assertEqual(found['failures'], [])
            actions = found['assertions']['c2pa.actions.v2']['actions']
            self.assertEqual([a['action'] for a in actions],
                             ['c2pa.opened', 'c2pa.edited', 'c2pa.watermarked.unbound'])
            self.assertTrue(1 <= found['assertions']['org.bauta.consent']['session'] <= 4095)
        self.assertEqual(self.states(self.made.values(), anchor=False), ['Valid'] * 4)

    def test_key(self):
        path = self.dir / 'config/bauta/signer.pem'
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_parent(self):
        """The input's own manifest travels as the ingredient's, over two generations."""
        out = [self.dir / 'child.mp4', self.dir / 'grandchild.mov', self.dir / 'child.jpg']
        self.bauta('swap', '--engine', 'none', '-i', self.made['mp4'], '-o', out[0], '--quiet')
        self.bauta('swap', '--engine', 'none', '-i', out[0], '-o', out[1], '--quiet')
        self.bauta('swap', '--engine', 'none', '-i', self.made['png'], '-o', out[2], '--quiet')
        for found in self.verify(out):
            self.assertEqual(found['state'], 'Trusted', found)
            self.assertEqual(found['failures'], [])
            self.assertIn('active_manifest', found['ingredients'][0])
        self.assertEqual(self.compare(out), ['Trusted'] * 3)
        self.assertEqual(out[1].read_bytes().count(b'c2pa.claim.v2'),
                         out[0].read_bytes().count(b'c2pa.claim.v2') + 1)

    def test_keys(self):
        """Another key is imported, as PEM and as PKCS#12; what cannot sign is refused."""
        env = {**self.env, 'XDG_CONFIG_HOME': str(self.dir / 'keys')}

        def openssl(*args):
            subprocess.run(['openssl', *map(str, args)], check=True, cwd=self.dir,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def keys(*args, **more):
            return subprocess.run([PROGRAM, 'keys', *map(str, args)], env={**env, **more},
                                  check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=test root', '-days', '9')
        openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout',
                'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=test signer/O=test')
        (self.dir / 'leaf.ext').write_text(
            'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n'
            'extendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\n'
            'authorityKeyIdentifier=keyid\n')
        openssl('x509', '-req', '-in', 'leaf.csr', '-CA', 'root.pem', '-CAkey', 'root.key',
                '-days', '9', '-extfile', 'leaf.ext', '-out', 'leaf.pem')
        openssl('pkcs12', '-export', '-inkey', 'leaf.key', '-in', 'leaf.pem', '-passout',
                'pass:word', '-out', 'leaf.p12')
        both = self.dir / 'both.pem'
        both.write_text((self.dir / 'leaf.key').read_text() + (self.dir / 'leaf.pem').read_text())
        shown = keys('show').stdout
        self.assertIn(b'bauta local root', shown)
        self.assertNotIn(b'PRIVATE', shown)
        swapped = self.dir / 'swapped.pem'
        swapped.write_text((self.dir / 'root.key').read_text()
                           + (self.dir / 'leaf.pem').read_text())
        for wrong in (swapped, self.dir / 'leaf.pem', self.dir / 'source.png'):
            self.assertEqual(keys('import', wrong).returncode, 9, wrong)
        self.assertEqual(keys('import', self.dir / 'leaf.p12').returncode, 9)
        self.assertEqual(keys('show').stdout, shown)
        for file in (both, self.dir / 'leaf.p12'):
            p = keys('import', file, BAUTA_KEYS_PASSWORD='word')
            self.assertEqual(p.returncode, 0, p.stderr)
            out = self.dir / 'other-key.png'
            subprocess.run([PROGRAM, 'swap', '--engine', 'none', '-i',
                            str(self.dir / 'source.png'), '-o', str(out), '--force', '--quiet'],
                           env=env, check=True)
            kept, self.__class__.anchor = self.anchor, self.dir / 'root.pem'
            try:
                self.assertEqual(self.compare([out]), ['Trusted'])
            finally:
                self.__class__.anchor = kept

    def test_work(self):
        """Label at the opening and the end: only with a ground, never live."""
        out = self.dir / 'work.mp4'
        words = ['--engine', 'none', '-i', str(self.source), '-o', str(out), '--label', 'opening']
        p = subprocess.run([PROGRAM, 'swap', *words], env=self.env, stderr=subprocess.PIPE,
                           check=False)
        self.assertEqual(p.returncode, 2)
        self.assertIn(b'label-ground', p.stderr)
        self.bauta('swap', *words, '--label-ground', 'a short film', '--quiet')
        consent = self.verify([out])[0]['assertions']['org.bauta.consent']
        self.assertEqual((consent['label'], consent['label_ground']), ('opening', 'a short film'))
        p = subprocess.run([PROGRAM, 'live', '--engine', 'none', '-i', 'test:', '-o', 'null:',
                            '--label', 'opening', '--label-ground', 'x'], env=self.env,
                           stderr=subprocess.PIPE, check=False)
        self.assertEqual(p.returncode, 2)
        self.assertIn(b'always', p.stderr)

    def test_session_log(self):
        """When, which number, for what, on what ground; forgotten after its days."""
        log = self.dir / 'state/bauta/sessions.tsv'
        self.assertEqual(log.stat().st_mode & 0o777, 0o600)
        out = self.dir / 'noted.png'
        log.write_text('2020-01-01T00:00:00Z\t7\told.mp4\n' + log.read_text())
        self.bauta('swap', '--engine', 'none', '-i', self.dir / 'source.png', '-o', out,
                   '--quiet')
        lines = log.read_text().splitlines()
        self.assertNotIn('old.mp4', lines[0])
        part = lines[-1].split('\t')
        self.assertEqual(part[2], str(out))
        session = self.verify([out])[0]['assertions']['org.bauta.consent']['session']
        self.assertEqual(int(part[1]), session)
        self.bauta('swap', '--engine', 'none', '-i', self.dir / 'source.png', '-o', out,
                   '--quiet', '--force', '--session-log', '0')
        self.assertEqual(log.read_text().splitlines(), lines)

    def test_film_plays(self):
        for kind in ('mp4', 'mov'):
            said = subprocess.run(['ffprobe', '-v', 'error', '-count_frames', '-show_entries',
                                   'stream=codec_type,nb_read_frames', '-of', 'json',
                                   str(self.made[kind])], stdout=subprocess.PIPE, check=True)
            streams = json.loads(said.stdout)['streams']
            self.assertEqual(streams[0]['nb_read_frames'], '25')
            self.assertEqual({s['codec_type'] for s in streams}, {'video', 'audio'})
            data = self.made[kind].read_bytes()
            self.assertLess(data.index(b'moov'), data.index(b'mdat'))

    def test_flips(self):
        """A flipped bit in what is hashed is Invalid; elsewhere nothing crashes."""
        dice = random.Random(5)
        for kind in KINDS:
            data = self.made[kind].read_bytes()
            free = free_ranges(data)
            self.assertTrue(free)
            changed = []
            while len(changed) < FLIPS // len(KINDS):
                at = dice.randrange(len(data))
                if any(a <= at < b for a, b in free):
                    continue
                copy = bytearray(data)
                copy[at] ^= 1 << dice.randrange(8)
                changed.append(bytes(copy))
            for state in self.compare(self.variants(kind, changed)):
                self.assertNotIn(state, ('Valid', 'Trusted'))
            inside = []
            for _ in range(20):
                a, b = dice.choice(free)
                copy = bytearray(data)
                copy[dice.randrange(a, b)] ^= 1 << dice.randrange(8)
                inside.append(bytes(copy))
            files = self.variants(kind, inside)
            self.assertEqual(len(self.states(files)), 20)
            subprocess.run([CHECK, str(self.anchor), *map(str, files)], check=True,
                           stdout=subprocess.DEVNULL)

    def test_longer_and_shorter(self):
        for kind in KINDS:
            data = self.made[kind].read_bytes()
            changed = [data + b'\0', data + data[:100], data[:-1], data[:len(data) * 2 // 3]]
            for state in self.compare(self.variants(kind, changed)):
                self.assertNotIn(state, ('Valid', 'Trusted'))

    def test_ours(self):
        folder = self.dir / 'ours'
        folder.mkdir()
        for file in [*self.made.values(), self.source]:
            shutil.copy(file, folder)
        found = self.ours(folder)
        for kind in KINDS:
            self.assertEqual(found[f'made.{kind}']['manifest']['state'], 'trusted')
            self.assertEqual(found[f'made.{kind}']['watermark']['session'],
                             found[f'made.{kind}']['manifest']['session'])
        self.assertEqual(found['source.mp4']['manifest']['state'], 'none')
        self.assertEqual(found['source.mp4']['watermark']['found'], 'no')
        self.assertEqual(self.ours(folder, anchor=False)['made.mp4']['manifest']['state'],
                         'valid')

    def test_other_containers(self):
        """What holds no manifest has one beside it."""
        folder = self.dir / 'others'
        folder.mkdir()
        for kind in ('mkv', 'webm'):
            out = folder / f'other.{kind}'
            self.bauta('swap', '--engine', 'none', '-i', self.source, '-o', out, '--quiet')
            beside = pathlib.Path(f'{out}.c2pa').read_bytes()
            self.assertIn(b'org.bauta.consent', beside)
            self.assertEqual(be(beside, 0, 4), len(beside))
        found = self.ours(folder)
        for kind in ('mkv', 'webm'):
            self.assertEqual(found[f'other.{kind}']['manifest']['state'], 'trusted')
        data = bytearray((folder / 'other.mkv').read_bytes())
        data[-20] ^= 1
        (folder / 'other.mkv').write_bytes(data)
        self.assertEqual(self.ours(folder)['other.mkv']['manifest']['state'], 'invalid')

    def test_folder(self):
        pictures = self.dir / 'pictures'
        pictures.mkdir()
        for i in range(3):
            shutil.copy(self.dir / 'source.png', pictures / f'{i}.png')
        out = self.dir / 'signed'
        self.bauta('swap', '--engine', 'none', '-i', pictures, '-o', f'{out}/', '--quiet')
        self.assertEqual(self.states(sorted(out.iterdir())), ['Trusted'] * 3)

    def test_live(self):
        out = self.dir / 'live.mp4'
        self.bauta('live', '--engine', 'none', '-i', 'test:320x180@25,frames=30', '-o', out,
                   '--quiet')
        found = self.verify([out])[0]
        self.assertEqual(found['state'], 'Trusted', found)
        actions = found['assertions']['c2pa.actions.v2']['actions']
        self.assertEqual(actions[0]['action'], 'c2pa.created')

    def test_no_place_for_a_key(self):
        """Nothing is left behind that is not signed."""
        out = self.dir / 'unsigned.mp4'
        blocked = self.dir / 'blocked'
        blocked.write_text('a file')
        p = subprocess.run([PROGRAM, 'swap', '--engine', 'none', '-i', str(self.source), '-o',
                            str(out), '--quiet'], stderr=subprocess.PIPE, check=False,
                           env={**self.env, 'XDG_CONFIG_HOME': str(blocked)})
        self.assertNotEqual(p.returncode, 0)
        self.assertIn(b'key that signs', p.stderr)
        self.assertFalse([f for f in self.dir.iterdir() if 'unsigned' in f.name])


if __name__ == '__main__':
    program = unittest.main(argv=[sys.argv[0], *sys.argv[4:]], exit=False)
    for test, reason in program.result.skipped:
        print(f'skipped: {test}: {reason}')
    if not program.result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if program.result.testsRun == len(program.result.skipped) else 0)

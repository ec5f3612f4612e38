#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks for the original face in every byte of an output that may carry a picture: pictures
in the input's headers, covers, attachments, other tracks, and text that spells pictures.
usage: test_original.py PROGRAM [UNITTEST ARGUMENTS...]"""
import base64
import re
import shutil
import struct
import subprocess
import zlib

from common import FFMPEG, PHOTO, ROOT, ffmpeg, main
from looks import Marked

SIGNATURES = {
    b'\xff\xd8\xff': 'jpeg_pipe', b'\x89PNG\r\n\x1a\n': 'png_pipe', b'GIF87a': 'gif',
    b'GIF89a': 'gif', b'WEBP': 'webp_pipe', b'II*\0': 'tiff_pipe', b'MM\0*': 'tiff_pipe',
}
# Manifests with pictures in them need another writer: they are looked at there.
MANIFESTS = ('tests/c2pa/test_others.py', 'test_pictures_go')


def pictures(data):
    """Offset and kind of whatever in it decodes as a picture."""
    found = []
    for signature, kind in SIGNATURES.items():
        for match in re.finditer(re.escape(signature), data):
            at = match.start() - (8 if kind == 'webp_pipe' else 0)
            if at < 0 or (kind == 'webp_pipe' and data[at:at + 4] != b'RIFF'):
                continue
            done = subprocess.run(
                [FFMPEG, '-v', 'error', '-f', kind, '-i', '-', '-frames:v', '1',
                 '-f', 'framemd5', '-'], input=data[at:at + (4 << 20)], check=False,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            lines = [x for x in done.stdout.splitlines() if x and not x.startswith(b'#')]
            if lines:
                found.append((at, kind))
    return found


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + \
        struct.pack('>I', zlib.crc32(kind + data))


def segment(marker, data):
    return b'\xff' + bytes([marker]) + struct.pack('>H', len(data) + 2) + data


def exif(jpeg):
    """IFD0 without entries, IFD1 with a thumbnail."""
    ifd1 = struct.pack('<H', 3) + struct.pack('<HHII', 0x103, 3, 1, 6) + \
        struct.pack('<HHII', 0x201, 4, 1, 56) + \
        struct.pack('<HHII', 0x202, 4, 1, len(jpeg)) + struct.pack('<I', 0)
    head = b'II*\0' + struct.pack('<IHI', 8, 0, 14) + ifd1
    return head.ljust(56, b'\0') + jpeg


def spelled(data):
    """As scripts of subtitles spell embedded files."""
    out = []
    for i in range(0, len(data) - 2, 3):
        a = int.from_bytes(data[i:i + 3], 'big')
        out += [chr(33 + (a >> s & 63)) for s in (18, 12, 6, 0)]
    text = ''.join(out)
    return '\n'.join(text[i:i + 80] for i in range(0, len(text), 80))


class Original(Marked):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.face = {}
        for ending in ('jpg', 'png', 'webp', 'gif'):
            path = cls.base / f'face.{ending}'
            ffmpeg('-i', PHOTO, '-vf', 'scale=96:96', '-frames:v', '1', path)
            cls.face[ending] = path.read_bytes()
        cls.cover = cls.base / 'face.jpg'
        cls.jpeg = cls.face['jpg']
        cls.still = cls.base / 'still.png'
        ffmpeg('-i', cls.clip, '-frames:v', '1', cls.still)
        cls.brief = cls.base / 'brief.mkv'
        ffmpeg('-i', cls.clip, '-t', '0.6', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a',
               'aac', cls.brief)

    def spellings(self):
        """What may not be found: parts of the faces as they are, and spelled as text."""
        for kind, data in self.face.items():
            part = data[len(data) // 2:len(data) // 2 + 48]
            yield kind, part
            for shift in range(3):
                yield f'{kind} base64', base64.b64encode(part[shift:shift + 42])
            yield f'{kind} in hex', part.hex().encode()
        yield 'spelled', spelled(self.jpeg).split('\n')[5].encode()

    def clean(self, *paths, own=0):
        """Nothing of the faces is in them, and no picture but their own."""
        for path in paths:
            data = path.read_bytes()
            for name, part in self.spellings():
                self.assertNotIn(part, data, f'{path.name}: {name}')
            found = pictures(data)
            self.assertEqual([at for at, _ in found], [0] * own, f'{path.name}: {found}')

    def holds(self, path):
        """That the test would see it: the input holds what is looked for."""
        data = path.read_bytes()
        self.assertTrue(any(part in data for _, part in self.spellings()), path.name)

    def made_by_all(self, source, *endings):
        """Outputs of each kind; of films beside them the manifests."""
        self.holds(source)
        for ending in endings:
            out = self.dir / f'{source.stem}-out{ending}'
            self.none(out, '--force', source=source)
            sidecar = out.with_name(out.name + '.c2pa')
            still = ending in ('.jpg', '.png', '.webp')
            self.clean(out, own=int(still))
            if sidecar.exists():
                self.clean(sidecar)
            self.marked(out)

    def test_can_fail(self):
        self.assertEqual([kind for _, kind in pictures(b'x' * 99 + self.jpeg)], ['jpeg_pipe'])
        for kind in ('png', 'webp', 'gif'):
            self.assertEqual([at for at, _ in pictures(b'abc' + self.face[kind] + b'z' * 9)], [3])
        # Random bytes that begin alike are none.
        self.assertEqual(pictures(b'\xff\xd8\xff\xe0 nothing ' + bytes(range(99))), [])
        self.assertIn(MANIFESTS[1], (ROOT / MANIFESTS[0]).read_text())

    def test_jpeg(self):
        plain = self.dir / 'plain.jpg'
        ffmpeg('-i', self.still, '-q:v', '2', plain)
        data = plain.read_bytes()
        text = base64.b64encode(self.jpeg)
        extra = segment(0xe1, b'Exif\0\0' + exif(self.jpeg)) + \
            segment(0xe0, b'JFXX\0\x10' + self.jpeg) + \
            segment(0xe1, b'http://ns.adobe.com/xap/1.0/\0<xmpGImg:image>' + text +
                    b'</xmpGImg:image>') + \
            segment(0xed, b'Photoshop 3.0\x008BIM\x04\x0c\0\0' +
                    struct.pack('>I', 28 + len(self.jpeg)) + b'\0' * 28 + self.jpeg) + \
            segment(0xe2, b'ICC_PROFILE\0\x01\x01' + self.jpeg) + segment(0xfe, text)
        source = self.dir / 'thumbs.jpg'
        # And a second picture behind the first, as cameras put it.
        source.write_bytes(data[:2] + extra + data[2:] + self.jpeg)
        self.made_by_all(source, '.jpg', '.png', '.webp', '.mp4')
        folder, out = self.dir / 'in', self.dir / 'out'
        folder.mkdir()
        shutil.copy(source, folder / '1.jpg')
        shutil.copy(source, folder / '2.jpg')
        self.none(f'{out}/', source=folder)
        self.clean(*out.iterdir(), own=1)

    def test_png_webp(self):
        data = self.still.read_bytes()
        source = self.dir / 'chunks.png'
        text = base64.b64encode(self.face['png'])
        extra = chunk(b'eXIf', exif(self.jpeg)) + chunk(b'iTXt', b'thumb\0\0\0\0\0' + text) + \
            chunk(b'tEXt', b'Raw profile type exif\0' + self.jpeg.hex().encode()) + \
            chunk(b'prVW', self.face['png'])
        source.write_bytes(data[:33] + extra + data[33:] + self.face['png'])
        self.made_by_all(source, '.jpg', '.png')
        plain = self.dir / 'plain.webp'
        ffmpeg('-i', self.still, plain)
        data = plain.read_bytes()
        body = b'VP8X' + struct.pack('<I', 10) + b'\x0c\0\0\0' + \
            (639).to_bytes(3, 'little') + (359).to_bytes(3, 'little') + data[12:]
        for name in (b'EXIF', b'XMP '):
            part = exif(self.jpeg)
            body += name + struct.pack('<I', len(part)) + part + b'\0' * (len(part) & 1)
        source = self.dir / 'chunks.webp'
        source.write_bytes(b'RIFF' + struct.pack('<I', 4 + len(body)) + b'WEBP' + body)
        self.made_by_all(source, '.webp', '.jpg')

    def test_mp4(self):
        for ending in ('.mp4', '.mov'):
            source = self.dir / f'cover{ending}'
            ffmpeg('-i', self.brief, '-i', self.cover, '-i', self.base / 'face.png', '-map', '0',
                   '-map', '1', '-map', '2', '-c', 'copy', '-disposition:v:1', 'attached_pic',
                   '-disposition:v:2', 'attached_pic', '-metadata',
                   'comment=' + base64.b64encode(self.jpeg).decode(), source)
            # A box of its own in front, and one behind, as some programs put them.
            data = source.read_bytes()
            box = struct.pack('>I', 8 + len(self.jpeg)) + b'free' + self.jpeg
            thumb = struct.pack('>I', 8 + len(self.jpeg)) + b'thmb' + self.jpeg
            source.write_bytes(data + box + thumb)
            self.made_by_all(source, '.mp4', '.mov', '.mkv')

    def test_tracks(self):
        """A second film, a film of stills, and one of previews, are not carried over."""
        source = self.dir / 'tracks.mkv'
        ffmpeg('-i', self.brief, '-loop', '1', '-t', '0.4', '-i', self.cover, '-map', '0',
               '-map', '1', '-c', 'copy', '-disposition:v:1', '0', source)
        self.made_by_all(source, '.mkv', '.mp4')

    def test_mkv(self):
        script = self.dir / 'script.ass'
        script.write_text(
            '[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\n'
            'Style: Default,Arial\n\n[Graphics]\nfilename: face.jpg\n' + spelled(self.jpeg) +
            '\n\n[Fonts]\nfontname: face_0.ttf\n' + spelled(self.jpeg) + '\n\n[Events]\n'
            'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n'
            'Dialogue: 0,0:00:00.00,0:00:00.50,Default,,0,0,0,,words that stay\n')
        text = base64.b64encode(self.jpeg).decode()
        font = self.dir / 'font.ttf'
        font.write_bytes(b'\0\1\0\0' + self.jpeg)
        for sound in ('libvorbis', 'flac'):
            source = self.dir / f'{sound}.mkv'
            ogg = self.dir / ('s.ogg' if sound == 'libvorbis' else 's.flac')
            ffmpeg('-i', self.brief, '-vn', '-c:a', sound, ogg)
            ffmpeg('-i', self.brief, '-i', ogg, '-i', script, '-map', '0:v', '-map', '1:a', '-map',
                   '2:s', '-c', 'copy', '-attach', self.cover, '-metadata:s:t:0',
                   'mimetype=image/jpeg', '-attach', font, '-metadata:s:t:1',
                   'mimetype=application/x-truetype-font', '-metadata:g', f'comment={text}',
                   '-metadata', f'thumbnail={text}', '-metadata:s:a', f'title={text}',
                   '-metadata', f'title={text}', source)
            self.made_by_all(source, '.mkv')
            self.assertIn(b'words that stay', (self.dir / f'{sound}-out.mkv').read_bytes())
            self.bauta('live', '--engine', 'none', '--lost', 'pass', '--quiet', '-i', source,
                       '-o', self.dir / f'{sound}-live.mkv')
            self.clean(self.dir / f'{sound}-live.mkv')


if __name__ == '__main__':
    main()

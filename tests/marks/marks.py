#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Marks clips with the program, does to them what happens to video, and looks for the
watermark again. Prints the table of docs/provenance.md.

usage: marks.py PROGRAM WMSCAN [--quick] [--unmarked N] [--log FILE] [--alone] [--write FILE]
Clips come from $BAUTA_MEDIA. --quick: one clip, few treatments. --unmarked: so many
windows without a mark are looked at too; --log: a file that keeps what was seen of them, so
that a run can be continued; --alone: nothing but them. --write: puts the table between the lines
<!-- marks --> and <!-- /marks --> of FILE. Exit status 77 without clips or ffmpeg."""
import argparse
import hashlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ.get('BAUTA_TEST_ROOT', '.')).resolve()
MEDIA = pathlib.Path(os.environ.get('BAUTA_MEDIA') or ROOT.parent / 'shared/media')
FF = ['ffmpeg', '-v', 'error', '-nostdin', '-y']
SECONDS, CUT = 13, .7       # of a clip; what every treated one has lost at its start
X264 = ['-c:v', 'libx264', '-preset', 'veryfast']
CLIPS = [
    ('webcam, 1080p', 'webcam-400x300.mp4',
     'scale=1440:1080:flags=bicubic,crop=1440:810,scale=1920:1080:flags=bicubic'),
    ('foreman, 720p', 'foreman-352x288.mp4', 'scale=1280:720:flags=bicubic'),
    ('screen and face, 720p', 'hello-1280x720.mp4', 'null'),
    ('webcam, 360p', 'webcam-400x300.mp4', 'crop=400:225,scale=640:360'),
]
TREATMENTS = [
    ('H.264 CRF 28, half size', 'scale=iw/2:-2', X264 + ['-crf', '28'], 'mp4'),
    ('H.264 CRF 33, half size', 'scale=iw/2:-2', X264 + ['-crf', '33'], 'mp4'),
    ('H.264, 360p at 500 kb/s', 'scale=-2:360', X264 + ['-b:v', '500k'], 'mp4'),
    ('VP8, 480p at 600 kb/s, real time', 'scale=-2:480',
     ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '600k'], 'webm'),
    ('VP9, 480p at 400 kb/s, real time', 'scale=-2:480',
     ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '400k'], 'webm'),
    ('AV1, 480p at 300 kb/s', 'scale=-2:480',
     ['-c:v', 'libsvtav1', '-preset', '12', '-b:v', '300k'], 'mkv'),
    ('MJPEG, about quality 70', None, ['-c:v', 'mjpeg', '-q:v', '6', '-pix_fmt', 'yuvj420p'],
     'avi'),
    ('5 % cut off each side, full size', 'crop=iw*.9:ih*.9,scale=iw/.9:-2',
     X264 + ['-crf', '26'], 'mp4'),
    ('letterbox', 'pad=iw:ceil(ih/.75/2)*2:0:(oh-ih)/2', X264 + ['-crf', '26'], 'mp4'),
    ('pillarbox', 'pad=ceil(iw/.75/2)*2:ih:(ow-iw)/2:0', X264 + ['-crf', '26'], 'mp4'),
    ('mirrored', 'hflip', X264 + ['-crf', '26'], 'mp4'),
    ('turned by 90 degrees', 'transpose=1', X264 + ['-crf', '26'], 'mp4'),
    ('15 pictures a second', 'fps=15', X264 + ['-crf', '26'], 'mp4'),
]
QUICK = ('H.264, 360p at 500 kb/s', 'VP8, 480p at 600 kb/s, real time',
         '5 % cut off each side, full size', 'mirrored')


def run(*words):
    return subprocess.run(list(map(str, words)), check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout.decode()


class Marks:
    def __init__(self, program, scanner, folder):
        self.program, self.scanner, self.folder = program, scanner, pathlib.Path(folder)

    def scan(self, path, how='--search'):
        """Windows: seconds, marked, z, whether the payload is known, session."""
        found = []
        for line in run(self.scanner, how, path).splitlines():
            part = line.split('\t')
            found.append((float(part[2]) - float(part[1]), part[3] == '1', float(part[4]),
                          part[5] == '1', int(part[6])))
        return found

    def mark(self, source, out, *more):
        report = self.folder / 'report.json'
        run(self.program, 'swap', '--engine', 'none', '-i', source, '-o', out, '--force',
            '--quiet', '--json', report, *more)

    def psnr(self, marked, source):
        """Of luma below the label and its line."""
        below = 'crop=iw:ih*.78:0:ih*.22,format=yuv420p'
        said = subprocess.run(
            ['ffmpeg', '-hide_banner', '-i', str(marked), '-i', str(source), '-lavfi',
             f'[0:v]{below}[a];[1:v]{below}[b];[a][b]psnr', '-f', 'null', '-'],
            stderr=subprocess.PIPE, check=True).stderr.decode()
        return float(re.search(r'PSNR y:([\d.]+)', said)[1])

    def clip(self, name, file, vf):
        source = self.folder / 'source.mp4'
        run(*FF, '-stream_loop', '-1', '-i', MEDIA / 'clips' / file, '-t', SECONDS, '-vf',
            f'{vf},format=yuv420p', '-an', *X264, '-crf', '12', source)
        marked = self.folder / 'marked.y4m'
        self.mark(source, marked)
        return marked, self.psnr(marked, source), name

    def treat(self, marked, row):
        _, vf, codec, ending = row
        out = self.folder / f'treated.{ending}'
        run(*FF, '-i', marked, '-ss', CUT, *(['-vf', vf] if vf else []), *codec, out)
        return out

    def still(self):
        """Portraits marked as stills, then as JPEG of quality 75, cropped or not."""
        rows, count = [0, 0, 0], 0
        for path in sorted((MEDIA / 'portraits').glob('*.jpg')):
            out = self.folder / 'still.png'
            self.mark(path, out)
            jpeg = self.folder / 'still.jpg'
            count += 1
            for i, vf in enumerate(('null', 'scale=iw/2:-2', 'crop=iw*.92:ih*.92')):
                run(*FF, '-i', out, '-vf', vf, '-q:v', '5', jpeg)
                found = self.scan(jpeg)[0]
                rows[i] += found[1] and found[3]
        return [f'{n} of {count}' for n in rows]

    def unmarked_clip(self, seed):
        """A minute without a mark, the same for the same seed: clips, noise and drawings,
        cut, mirrored, darkened, between bars, encoded well or badly."""
        dice, out = random.Random(seed), self.folder / 'unmarked.mp4'
        kind = dice.randrange(4)
        if kind == 0:
            source = ['-f', 'lavfi', '-i', 'color=gray:s=320x180:r=8']
            vf = f'noise=alls=100:allf=t+u:all_seed={seed},boxblur={dice.randrange(1, 9)}'
        elif kind == 1:
            source = ['-f', 'lavfi', '-i',
                      dice.choice(('mandelbrot=s=320x180:r=8', 'life=s=320x180:r=8:mold=10',
                                   'testsrc2=s=320x180:r=8'))]
            vf = 'null'
        else:
            clips = sorted((MEDIA / 'clips').glob('*.mp4'))
            source = ['-stream_loop', '-1', '-ss', str(dice.random() * 5), '-i',
                      str(dice.choice(clips))]
            w, h = dice.uniform(.4, 1), dice.uniform(.4, 1)
            vf = (f'fps=8,crop=iw*{w}:ih*{h}:iw*{dice.uniform(0, 1 - w)}:'
                  f'ih*{dice.uniform(0, 1 - h)},scale=320:180')
        vf += dice.choice(('', ',hflip', ',negate', ',eq=contrast=1.6', ',eq=brightness=-.35',
                           ',transpose=1'))
        bar = dice.uniform(1, 1.6)
        vf += dice.choice(('', '', f',pad=iw:ceil(ih*{bar}/2)*2:0:(oh-ih)/2',
                           f',pad=ceil(iw*{bar}/2)*2:ih:(ow-iw)/2:0'))
        run(*FF, *source, '-t', '60', '-vf', vf + ',format=yuv420p', '-an', *X264, '-threads',
            '1', '-crf', str(dice.randrange(18, 36)), out)
        return out

    def unmarked(self, wanted, log):
        """How many windows without a mark were looked at, of four seconds and of two, their
        largest z, and how many pass for marked. What the log holds for the same detector is not done again."""
        code = hashlib.sha256()
        for path in sorted((ROOT / 'src/mark/watermark').glob('*.[ch]')):
            code.update(path.read_bytes() if path.name != 'embed.c' else b'')
        key, done = code.hexdigest()[:16], {}
        if log and log.exists():
            for line in log.read_text().splitlines():
                part = line.split('\t')
                if part[0] == key and len(part) == 5:
                    done[int(part[1])] = (int(part[2]), float(part[3]), int(part[4]))
        seed = 0
        while sum(row[0] for row in done.values()) < wanted:
            if seed not in done:
                windows = self.scan(self.unmarked_clip(seed), ('--first', '--short')[seed % 2])
                done[seed] = (len(windows), max(w[2] for w in windows),
                              sum(w[1] for w in windows))
                if log:
                    with log.open('a') as to:
                        print(key, seed, *done[seed], sep='\t', file=to)
            seed += 1
        rows = done.values()
        return sum(r[0] for r in rows), max(r[1] for r in rows), sum(r[2] for r in rows)


def table(marks, clips, rows):
    """Lines of the table, and whether every whole window was read."""
    made, good = [], True
    for clip in clips:
        marked, psnr, name = marks.clip(*clip)
        print(f'{name}: luma PSNR {psnr:.1f} dB', flush=True)
        good &= psnr >= 45
        for row in rows:
            windows = marks.scan(marks.treat(marked, row))
            whole = [w for w in windows if w[0] > 3.6] or windows
            seen, read = sum(w[1] for w in whole), sum(w[3] for w in whole)
            least = min(w[2] for w in whole)
            sessions = {w[4] for w in whole if w[3]}
            good &= seen == read == len(whole) and len(sessions) == 1
            made.append((name, psnr, row[0], len(whole), seen, read, least))
            print(f'  {row[0]}: {seen} of {len(whole)} windows seen, {read} read, '
                  f'least z {least:.1f}', flush=True)
    return made, good


def write(path, made, stills, unmarked):
    names = list(dict.fromkeys(row[0] for row in made))
    psnr = {row[0]: row[1] for row in made}
    lines = ['| least z, windows read of windows | ' + ' | '.join(names) + ' |',
             '|---|' + '--:|' * len(names)]
    for what in dict.fromkeys(row[2] for row in made):
        cells = [next(f'{r[6]:.1f}, {r[5]} of {r[3]}' for r in made
                      if r[0] == name and r[2] == what) for name in names]
        lines.append(f'| {what} | ' + ' | '.join(cells) + ' |')
    lines.append('| luma PSNR of marking, dB | ' +
                 ' | '.join(f'{psnr[name]:.1f}' for name in names) + ' |')
    lines += ['', f'Portraits as JPEG of quality 75: {stills[0]} read; at half size {stills[1]}; '
              f'with 4 % cut off each side {stills[2]}.']
    if unmarked:
        lines.append(f'Of {unmarked[0]} windows without a mark {unmarked[2]} pass for marked; '
                     f'their largest z is {unmarked[1]:.1f}.')
    text = pathlib.Path(path).read_text()
    text = re.sub(r'(<!-- marks -->\n).*?(<!-- /marks -->)',
                  lambda m: m[1] + '\n' + '\n'.join(lines) + '\n\n' + m[2], text, flags=re.S)
    pathlib.Path(path).write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('scanner')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--unmarked', type=int, default=0)
    parser.add_argument('--log', type=pathlib.Path)
    parser.add_argument('--alone', action='store_true')
    parser.add_argument('--write')
    args = parser.parse_args()
    if not shutil.which('ffmpeg') or not (MEDIA / 'clips' / CLIPS[0][1]).exists():
        print('skipped: ffmpeg or the clips of the media folder are missing')
        return 77
    with tempfile.TemporaryDirectory(prefix='bauta-marks-') as folder:
        marks = Marks(os.path.abspath(args.program), os.path.abspath(args.scanner), folder)
        rows = [row for row in TREATMENTS if row[0] in QUICK or not args.quick]
        clips = [] if args.alone else CLIPS[3:] if args.quick else CLIPS
        made, good = table(marks, clips, rows)
        stills = None if args.quick or args.alone else marks.still()
        if stills:
            print('portraits as JPEG 75, as they are, half size, cropped:', *stills, flush=True)
        unmarked = marks.unmarked(args.unmarked, args.log) if args.unmarked else None
        if unmarked:
            print(f'{unmarked[0]} unmarked windows: {unmarked[2]} hits, largest z '
                  f'{unmarked[1]:.2f}')
            good &= unmarked[2] == 0
        if args.write:
            write(args.write, made, stills, unmarked)
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())

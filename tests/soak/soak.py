#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A live stream for a long time: every frame that leaves is looked at.

A clip with known face boxes comes over the network in real time, the face slides out and
in, its sender is killed and started again, the disk of a recording fills up. The face worn
is magenta, so that skin in a face box is the wearer's. Frames carry their number as a row
of black and white squares.

usage: soak.py PROGRAM SECONDS [--keep FOLDER]"""
import json
import math
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

WIDTH, HEIGHT, FPS, COUNT, SCALE = 640, 360, 30, 765, 1.2
SKIN = bytes(1 if value < 118 else 0 for value in range(256))
ROOT = pathlib.Path(os.environ.get('BAUTA_TEST_ROOT', '.')).resolve()
MEDIA = pathlib.Path(os.environ.get('BAUTA_MEDIA') or ROOT.parent / 'shared/media')
FILM = MEDIA / 'clips/webcam-400x300.mp4'
FACE = MEDIA / 'portraits/005.jpg'


def left_of(n):
    """Where the clip's left edge is in frame n, as in the filter below."""
    phase = n % 255
    return 80 if phase < 200 else 80 - 560 * math.sin((phase - 200) / 55 * math.pi)


def make_input(folder):
    overlay = "overlay=x='if(lt(mod(n,255),200),80,80-560*sin((mod(n,255)-200)/55*PI))'"
    squares = ("geq=lum='if(gt(Y,343)*lt(X,160),235-219*mod(floor(N/pow(2,floor(X/16))),2),"
               "lum(X,Y))':cb='if(gt(Y,171)*lt(X,80),128,cb(X,Y))'"
               ":cr='if(gt(Y,171)*lt(X,80),128,cr(X,Y))'")
    subprocess.run(
        ['ffmpeg', '-v', 'error', '-y', '-i', str(FILM), '-filter_complex',
         f'color=c=0x405060:s={WIDTH}x{HEIGHT}:r={FPS}[b];[0:v]scale=480:360,setpts=N/{FPS}/TB[w];'
         f'[b][w]{overlay}:y=0:shortest=1:eval=frame,{squares}', '-r', str(FPS), '-c:v',
         'libx264', '-preset', 'veryfast', '-crf', '18', '-bf', '0', '-g', '15',
         str(folder / 'in.ts')], check=True)
    subprocess.run(
        ['ffmpeg', '-v', 'error', '-y', '-i', str(FACE), '-vf',
         "scale=800:-2,format=yuv444p,geq=lum='lum(X,Y)':cb=200:cr=200", '-q:v', '2',
         str(folder / 'face.jpg')], check=True)


def read_boxes():
    boxes = {}
    for line in (ROOT / 'tests/e2e/boxes.tsv').read_text().splitlines():
        if line.startswith('webcam-400x300'):
            n, *box = map(int, line.split('\t')[1:6])
            boxes[n] = [SCALE * value for value in box]
    return boxes


class Sender:
    """ffmpeg, which sends the clip for ever and is killed and started again."""

    def __init__(self, path):
        self.path, self.process, self.starts = path, None, 0
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            self.port = s.getsockname()[1]

    def start(self):
        self.process = subprocess.Popen(
            ['ffmpeg', '-v', 'quiet', '-nostdin', '-re', '-stream_loop', '-1', '-i',
             str(self.path), '-c', 'copy', '-f', 'mpegts',
             f'tcp://127.0.0.1:{self.port}?listen=1'])
        self.starts += 1

    def stop(self):
        self.process.kill()
        self.process.wait()


class Reader(threading.Thread):
    """Looks at every frame of a YUV4MPEG2 stream."""

    def __init__(self, stream, keep):
        super().__init__(daemon=True)
        self.stream, self.keep, self.boxes = stream, keep, read_boxes()
        self.frames = self.cards = self.faces = self.backwards = 0
        self.unmarked, self.bare, self.unread = [], [], 0
        self.last, self.letters, self.worst = None, None, 0.

    def check_label(self, luma):
        rows = [luma[y * WIDTH + 440:(y + 1) * WIDTH] for y in range(44)]
        if self.letters is None:
            self.letters = [(y, x) for y, row in enumerate(rows)
                            for x, value in enumerate(row) if value > 200]
        bright = sum(rows[y][x] > 150 for y, x in self.letters)
        return len(self.letters) > 100 and bright > .9 * len(self.letters)

    @staticmethod
    def number(luma):
        n = 0
        for bit in range(10):
            at = 352 * WIDTH + 16 * bit + 4
            value = sum(luma[at:at + 8]) / 8
            if 80 < value < 170:
                return None
            n |= (value < 125) << bit
        return n if n < COUNT else None

    def skin(self, cb, n):
        """The part of the inner face that is of skin's colour; None: no face is there."""
        x0, y0, x1, y1 = self.boxes[n]
        w, h = x1 - x0, y1 - y0
        left = int(left_of(n) + x0 + .25 * w) // 2
        right = int(left_of(n) + x0 + .75 * w) // 2
        top, bottom = int(y0 + .35 * h) // 2, int(y0 + .9 * h) // 2
        if left < 4:
            return None
        half, count = WIDTH // 2, 0
        for y in range(top, bottom):
            count += cb[y * half + left:y * half + right].translate(SKIN).count(1)
        return count / ((bottom - top) * (right - left))

    def look(self, data):
        luma, cb = data[:WIDTH * HEIGHT], data[WIDTH * HEIGHT:WIDTH * HEIGHT * 5 // 4]
        self.frames += 1
        if not self.check_label(luma):
            self.unmarked.append(self.frames)
        below = luma[WIDTH * 60:]
        if max(below) - min(below) <= 10:    # but for the watermark
            self.cards += 1
            return
        n = self.number(luma)
        if n is None or n not in self.boxes:
            self.unread += 1
            return
        if self.last is not None and (n - self.last) % COUNT > COUNT - 60:
            self.backwards += 1
        self.last = n
        skin = self.skin(cb, n)
        if skin is None:
            return
        self.faces += 1
        self.worst = max(self.worst, skin)
        if skin > .25:
            self.bare.append((self.frames, n, round(skin, 2)))
            if self.keep and len(self.bare) < 20:
                (self.keep / f'bare-{self.frames}-{n}.yuv').write_bytes(data)

    def run(self):
        size = WIDTH * HEIGHT * 3 // 2
        self.stream.readline()
        while self.stream.readline():
            data = self.stream.read(size)
            if len(data) < size:
                break
            self.look(data)


def small_disk(folder, kilobytes):
    """A place that fills up, or None where none can be made."""
    place = folder / 'disk'
    place.mkdir()
    made = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={kilobytes}k', 'bauta-soak',
                           str(place)], stderr=subprocess.DEVNULL, check=False)
    return place if made.returncode == 0 else None


def memory(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        for line in file:
            if line.startswith('VmRSS'):
                return int(line.split()[1]) / 1024
    return 0.


def watch(process, sender, seconds):
    """Samples memory; the sender fails at a third and at two thirds."""
    began, samples, failures = time.monotonic(), [], [seconds / 3, seconds * 2 / 3]
    down = None
    while (now := time.monotonic() - began) < seconds and process.poll() is None:
        time.sleep(1)
        try:
            samples.append((now, memory(process.pid)))
        except FileNotFoundError:
            break
        if failures and now > failures[0]:
            failures.pop(0)
            sender.stop()
            down = now
        if down is not None and now > down + 3:
            down = None
            sender.start()
    return samples


def verdict(reader, report, samples, sender, seconds, disk):
    fails = []

    def need(good, text):
        print(('  ' if good else 'FAILED: ') + text)
        if not good:
            fails.append(text)

    outputs = report['outputs']
    # In a short run, one of the tests, other programs may hold the machine for most of it.
    short = seconds < 300
    need(reader.frames > (.1 if short else .6) * FPS * seconds,
         f'{reader.frames} frames were looked at')
    need(reader.faces > .3 * reader.frames,
         f'{reader.faces} of them with the face in its box, {reader.cards} cards, '
         f'{reader.unread} without a number')
    need(reader.unread < .02 * reader.frames, 'nearly all numbers were read')
    need(not reader.bare, f'the wearer is seen in {len(reader.bare)} frames {reader.bare[:5]}, '
         f'the most skin in a face box is {100 * reader.worst:.0f} %')
    need(not reader.unmarked, f'{len(reader.unmarked)} frames without the label')
    need(reader.backwards <= sender.starts - 1, f'{reader.backwards} steps backwards, the '
         f'source was started {sender.starts} times')
    need(report['reconnects'] >= 2, f'{report["reconnects"]} times the source was opened again')
    need(outputs[0]['state'] == 'ended', 'the first output ran to the end')
    if disk:
        need(outputs[1]['state'] == 'ended' and 'disk' in outputs[1]['error'],
             f'the recording on the full disk: {outputs[1]["error"]}')
        kept = sorted(path for path in disk.iterdir())
        need([path.suffix for path in kept] in (['.mp4', '.c2pa'], ['.c2pa', '.mp4'],
                                                ['.mkv', '.c2pa'], ['.c2pa', '.mkv']),
             f'kept of it: {[path.name for path in kept]}')
        films = [path for path in kept if path.suffix != '.c2pa']
        shown = subprocess.run(['ffprobe', '-v', 'error', '-count_frames', '-show_entries',
                                'stream=nb_read_frames', '-of', 'csv=p=0', '-select_streams',
                                'v', *map(str, films)], capture_output=True, text=True,
                               check=False).stdout.strip()
        need(shown == str(outputs[1]['frames']),
             f'{shown} of {outputs[1]["frames"]} frames are in it')
    if len(samples) < 10:
        return [*fails, 'it ended early']
    third = [mb for at, mb in samples if seconds / 6 < at < seconds / 3]
    end = [mb for at, mb in samples if at > samples[-1][0] * 5 / 6]
    first, last = sum(third) / len(third), sum(end) / len(end)
    need(last < (1.5 if short else 1.03) * first + 4, f'memory {first:.1f} MB after a sixth, {last:.1f} at the end')
    print(f'  latency p50 {report["latency_ms"]["p50"]:.1f}, p95 {report["latency_ms"]["p95"]:.1f} '
          f'ms; {report["frames_dropped"]} of {report["frames_in"]} frames dropped')
    return fails


def main():
    program, seconds = os.path.abspath(sys.argv[1]), float(sys.argv[2])
    keep = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
    if not shutil.which('ffmpeg') or not FILM.exists() or not FACE.exists():
        print('skipped: ffmpeg, or the clip and the portrait of the media folder, are missing')
        return 77
    folder = pathlib.Path(tempfile.mkdtemp(prefix='bauta-soak-'))
    disk = None
    try:
        make_input(folder)
        # A recording of this clip takes some 60 kB a second; half of the disk is kept for its end.
        disk = small_disk(folder, 1024)
        if not disk:
            print('  no small disk could be mounted (not root): that part is skipped')
        sender = Sender(folder / 'in.ts')
        sender.start()
        report = folder / 'report.json'
        record = ['-o', str(disk / 'a.mkv')] if disk else []
        process = subprocess.Popen(
            [program, 'live', '-f', str(folder / 'face.jpg'), '--consent', 'synthetic', '-i',
             f'tcp://127.0.0.1:{sender.port}', '-o', '-', *record, '--lost', 'card', '--tone',
             '0', '--seconds', str(seconds), '--json', str(report), '--quiet'],
            stdout=subprocess.PIPE)
        reader = Reader(process.stdout, keep)
        reader.start()
        samples = watch(process, sender, seconds)
        process.wait(60)
        reader.join(60)
        sender.stop()
        fails = verdict(reader, json.loads(report.read_text()), samples, sender, seconds, disk)
        print(f'soak: {seconds:.0f} s, {"failed" if fails else "passed"}')
        return 1 if fails else 0
    finally:
        if disk:
            subprocess.run(['umount', str(disk)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A microphone of PipeWire's beside a live stream: picture and sound belong together.

Usage: test_sound.py BAUTA PROBE BEEP. The picture is white, and the microphone hears a tone,
in the first 200 ms of every second of one clock.
"""
import array
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from test_pipewire import LIMIT, TOOLS, Session, until

WIDTH, HEIGHT, FPS, RATE, SECONDS = 320, 240, 25, 8000, 8


def feed(path, seconds):
    """Frames of that clock into a pipe, in their own time."""
    luma, chroma = WIDTH * HEIGHT, WIDTH * HEIGHT // 2
    frames = [b'FRAME\n' + bytes([value]) * luma + b'\x80' * chroma for value in (30, 230)]
    with open(path, 'wb') as pipe:
        pipe.write(b'YUV4MPEG2 W%d H%d F25:1 Ip A1:1 C420mpeg2\n' % (WIDTH, HEIGHT))
        try:
            # The reader sets out at its own pace when it has seen the first frames; from
            # the pause on it waits for each.
            pipe.write(frames[0] * 2)
            pipe.flush()
            time.sleep(1.5)
            begin = time.monotonic()
            for i in range(seconds * FPS):
                time.sleep(max(0, begin + i / FPS - time.monotonic()))
                pipe.write(frames[time.monotonic() % 1 < .2])
                pipe.flush()
        except BrokenPipeError:
            pass


def rises(levels, step, high):
    """When a level goes above high after .3 s below it."""
    found, low = [], 0
    for i, level in enumerate(levels):
        if level < high:
            low += step
            continue
        if low >= .3:
            found.append(i * step)
        low = 0
    return found


def read(path, *words):
    return subprocess.run(['ffmpeg', '-v', 'error', '-i', path, *words, '-'], check=True,
                          capture_output=True).stdout


def flashes(path):
    # The label's corner is left out; each row of the result is a time and a mean.
    data = read(path, '-map', '0:v', '-vf', f'fps={FPS},crop=iw:ih/2:0:ih/2,scale=1:1:flags=area,'
                'format=gray', '-f', 'rawvideo')
    return rises(list(data), 1 / FPS, 128)


def tones(path):
    data = array.array('h', read(path, '-map', '0:a', '-ac', '1', '-ar', str(RATE), '-f',
                                 's16le'))
    part = RATE // 100
    levels = [math.sqrt(sum(v * v for v in data[i:i + part]) / part)
              for i in range(0, len(data) - part, part)]
    return rises(levels, .01, 2000)


def record(session, name, *words):
    pipe, path = f'{session.folder}/in-{name}.y4m', f'{session.folder}/{name}'
    os.mkfifo(pipe)
    feeder = threading.Thread(target=feed, args=(pipe, SECONDS), daemon=True)
    feeder.start()
    done = session.run(session.bauta, 'live', '--engine', 'none', '--lost', 'pass', '-i', pipe,
                       '-o', path, '--no-window', '--seconds', str(SECONDS - 1), *words)
    os.unlink(pipe)
    return done, path


def test_sync(session):
    for name, codec in (('out.mp4', 'aac'), ('out.mkv', 'opus')):
        done, path = record(session, name, '--microphone', 'mic')
        assert done.returncode == 0, (done.returncode, done.stderr)
        said = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'a', '-show_entries',
                               'stream=codec_name', '-of', 'csv=p=0', path], check=True,
                              capture_output=True, text=True).stdout
        assert codec in said, said
        seen, heard = flashes(path), tones(path)
        assert len(seen) >= 4, seen
        apart = [min((h - s for h in heard), key=abs) for s in seen]
        print(name, 'sound after picture:', ' '.join(f'{1000 * a:.0f}' for a in apart), 'ms')
        # A frame of 40 ms, a quantum of PipeWire's, and what a busy machine adds to either.
        assert sorted(map(abs, apart))[len(apart) // 2] < .12, (seen, heard)
        assert len(heard) >= len(seen) - 1, (seen, heard)


def test_errors(session):
    done, path = record(session, 'none.mp4', '--microphone', 'other')
    assert done.returncode == 4, (done.returncode, done.stderr)
    assert 'no such microphone' in done.stderr and 'mic (mic)' in done.stderr, done.stderr
    assert not os.path.exists(path)
    done = session.run(session.bauta, 'swap', '--engine', 'none', '-i', 'test:', '-o', 'null:',
                       '--duration', '.1', '--microphone', 'mic')
    assert done.returncode == 2 and 'microphone' in done.stderr, done.stderr


def test_default(session):
    """It goes away while it records: the pictures go on."""
    beep = session.beep
    timer = threading.Timer(3, lambda: beep.send_signal(signal.SIGTERM))
    timer.start()
    done, path = record(session, 'gone.mp4', '--microphone', 'default')
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert len(flashes(path)) >= 4 and tones(path), (flashes(path), tones(path))


def inside(bauta, probe, beep, folder):
    signal.alarm(110)
    session = Session(bauta, probe, folder)
    try:
        session.start_daemon()
        session.beep = session.start(beep, 'mic')
        session.sees('mic')
        until(lambda: any(d['url'] == 'pipewire:mic' for d in session.devices()))
        for test in (test_sync, test_errors, test_default):
            test(session)
            print(f'{test.__name__}: passed', flush=True)
    finally:
        session.end_all()


def main():
    bauta, probe, beep = (os.path.abspath(path) for path in sys.argv[1:4])
    if sys.argv[4:]:
        return inside(bauta, probe, beep, sys.argv[4])
    lacking = [tool for tool in [*TOOLS, 'ffmpeg'] if not shutil.which(tool)]
    if lacking:
        print('skipped: there is no', ', '.join(lacking) + '; tools/setup.sh packages')
        return 77
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, XDG_RUNTIME_DIR=folder)
        try:
            subprocess.run(['dbus-run-session', '--', sys.executable, __file__, bauta, probe,
                            beep, folder], env=env, check=True, timeout=10 * LIMIT)
        except subprocess.CalledProcessError:
            print(open(f'{folder}/log', errors='replace').read()[-8000:])
            raise
    return 0


if __name__ == '__main__':
    sys.exit(main())

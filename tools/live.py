#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times live streams: files read in real time, to nowhere, to a file, to PipeWire.
Prints tables in Markdown: frames that left a second, dropped, and the age of frames when
they were written, capture to end of writing; then, where faces are given, the time between
two frames while nine faces are changed five times a second, beside the same without.
usage: live.py PROGRAM PHOTO CLIP [SECONDS [FACE...]]"""
import json
import os
import pty
import select
import subprocess
import sys
import tempfile
import time

PROGRAM, PHOTO, CLIP = sys.argv[1:4]
SECONDS = float(sys.argv[4]) if len(sys.argv) > 4 else 20
FACES = sys.argv[5:13]
SIZES = [('720p60', 1280, 720, 60), ('1080p30', 1920, 1080, 30)]


def make(folder, name, width, height, rate):
    path = f'{folder}/{name}.mp4'
    subprocess.run(['ffmpeg', '-v', 'error', '-y', '-stream_loop', '-1', '-i', CLIP, '-t',
                    str(SECONDS + 5), '-vf', f'scale=-2:{height},pad={width}:{height}:(ow-iw)/2:0,'
                    f'setpts=N/{rate}/TB', '-r', str(rate), '-an', '-c:v', 'libx264', '-preset',
                    'ultrafast', '-tune', 'fastdecode', '-crf', '20', path], check=True)
    return path


def live(words, keys='', env=None):
    """One run on a terminal of its own, which gets a key every .2 s once it is warm."""
    with tempfile.NamedTemporaryFile(suffix='.json') as report:
        pid, terminal = pty.fork()
        if not pid:
            os.execve(PROGRAM, [PROGRAM, 'live', '-f', PHOTO, '--consent', 'synthetic',
                                '--no-window', *words, '--force', '--seconds', str(SECONDS),
                                '--json', report.name], env or os.environ)
        pressed, last = 0, time.monotonic() + 3
        try:
            while True:
                if select.select([terminal], [], [], .02)[0] and not os.read(terminal, 4096):
                    break
                if keys and time.monotonic() - last > .2:
                    os.write(terminal, keys[pressed % len(keys)].encode())
                    pressed += 1
                    last = time.monotonic()
        except OSError:       # the terminal's other end is closed
            pass
        status = os.waitpid(pid, 0)[1]
        os.close(terminal)
        if status:
            sys.exit(f'{PROGRAM} live {" ".join(words)}: status {status}')
        with open(report.name, encoding='utf-8') as file:
            return json.load(file), pressed


def ages(folder):
    print('| input | outputs | fps out | dropped before, at the output | p50 | p95 | p99 ms |')
    print('|---|---|--:|--:|--:|--:|--:|')
    for name, width, height, rate in SIZES:
        source = make(folder, name, width, height, rate)
        sinks = [('null', ['null:']), ('null and MP4', ['null:', f'{folder}/out.mp4'])]
        if os.environ.get('PIPEWIRE_REMOTE') or os.environ.get('BAUTA_LIVE_PIPEWIRE'):
            sinks.append(('PipeWire', ['pipewire:bauta']))
        for what, outputs in sinks:
            report, _ = live(['-i', source] + [word for o in outputs for word in ('-o', o)])
            for o in report['outputs']:
                age = o['age_ms']
                print(f"| {name} | {what}: {o['url'].split('/')[-1]} | "
                      f"{o['frames'] / SECONDS:.1f} | {report['frames_dropped']}, "
                      f"{o['dropped']} | {age['p50']:.1f} | {age['p95']:.1f} | "
                      f"{age['p99']:.1f} |", flush=True)


def switching(folder):
    env = dict(os.environ, XDG_DATA_HOME=folder)
    for i, face in enumerate(FACES):
        subprocess.run([PROGRAM, 'face', 'add', f'f{i}', face, '--consent', 'synthetic'],
                       env=env, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    source = make(folder, 'switch', 1280, 720, 60)
    print()
    print('| 720p60, null | changes | fps out | interval p50 | p95 | p99 ms |')
    print('|---|--:|--:|--:|--:|--:|')
    for what, keys in (('one face', ''), (f'{1 + len(FACES)} faces', '123456789')):
        report, pressed = live(['-i', source, '-o', 'null:'], keys, env)
        o = report['outputs'][0]
        gap = o['interval_ms']
        print(f"| {what} | {pressed} | {o['frames'] / SECONDS:.1f} | {gap['p50']:.1f} | "
              f"{gap['p95']:.1f} | {gap['p99']:.1f} |", flush=True)


def main():
    with tempfile.TemporaryDirectory(prefix='bauta-live-') as folder:
        ages(folder)
        if FACES:
            switching(folder)


main()

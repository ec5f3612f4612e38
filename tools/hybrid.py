#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times engine hybrid on a live 720p60 stream while a generator of inswapper_128's cost runs.
A net of its layers with random weights is written (tools/onnx/generator_cost.py); the clip
is read in real time, to nowhere, once with engine mesh and once with engine hybrid. Prints a
table in Markdown: key frames that the generator made, frames that left a second and the time between two of them.
usage: hybrid.py PROGRAM PHOTO CLIP EMBEDDER [SECONDS]: EMBEDDER is the manifest of one, as
BUILD/tests/unit/swap/neural/arcface_w600k_r50.model"""
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

PROGRAM, PHOTO, CLIP, EMBEDDER = sys.argv[1:5]
SECONDS = float(sys.argv[5]) if len(sys.argv) > 5 else 30
TOOLS = os.path.dirname(os.path.abspath(__file__))
MANIFEST = """[model]
name = random_128
role = generator
file = random_128.onnx
sha256 = {}
[input]
size = 128
template = arcface_128
tensor = target
[source]
kind = embedding
embedder = {}
steps = normalise
tensor = source
"""


def write_generator(folder):
    net = f'{folder}/random_128.onnx'
    subprocess.run([sys.executable, f'{TOOLS}/onnx/generator_cost.py', net], check=True,
                   stdout=sys.stderr)
    with open(net, 'rb') as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    with open(f'{folder}/random_128.model', 'w', encoding='ascii') as file:
        file.write(MANIFEST.format(sha256, os.path.basename(EMBEDDER).removesuffix('.model')))
    for file in (EMBEDDER, EMBEDDER.removesuffix('.model') + '.onnx'):
        os.symlink(os.path.abspath(file), f'{folder}/{os.path.basename(file)}')
    return f'{folder}/random_128.model'


def write_clip(folder):
    path = f'{folder}/720p60.mp4'
    subprocess.run(['ffmpeg', '-v', 'error', '-y', '-stream_loop', '-1', '-i', CLIP, '-t',
                    str(SECONDS + 5), '-vf', 'scale=-2:720,pad=1280:720:(ow-iw)/2:0,'
                    'setpts=N/60/TB', '-r', '60', '-an', '-c:v', 'libx264', '-preset',
                    'ultrafast', '-tune', 'fastdecode', '-crf', '20', path], check=True)
    return path


def live(clip, report, engine):
    p = subprocess.run([PROGRAM, 'live', '-f', PHOTO, '--consent', 'synthetic',
                        '--no-window', '--verbose', '-i', clip, '-o', 'null:', '--seconds',
                        str(SECONDS), '--json', report, '--force', *engine],
                       stdin=subprocess.DEVNULL, check=True, stderr=subprocess.PIPE, text=True)
    made = re.search(r'made (\d+) key frames', p.stderr)
    with open(report, encoding='utf-8') as file:
        return json.load(file), made[1] if made else '0'


def main():
    with tempfile.TemporaryDirectory(prefix='bauta-hybrid-') as folder:
        generator, clip = write_generator(folder), write_clip(folder)
        print('| 720p60, null | key frames | fps out | dropped | interval p50 | p95 | p99 ms |')
        print('|---|--:|--:|--:|--:|--:|--:|')
        for engine in (['--engine', 'mesh'],
                       ['--engine', 'hybrid', '--generator', generator]) * 2:
            r, keys = live(clip, f'{folder}/report.json', engine)
            o = r['outputs'][0]
            gap = o['interval_ms']
            print(f"| {engine[1]} | {keys} | {o['frames'] / SECONDS:.1f} | "
                  f"{r['frames_dropped']} | "
                  f"{gap['p50']:.1f} | {gap['p95']:.1f} | {gap['p99']:.1f} |", flush=True)


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bauta live: outputs, keys, how it ends.
usage: test_live.py PROGRAM [UNITTEST ARGUMENTS...]"""
import glob
import json
import os
import pty
import select
import signal
import socket
import subprocess
import time

from common import CONSENT, FFMPEG, PHOTO, PROGRAM, Case, ffmpeg, main, probe_frames

TEST = 'test:320x180@25'


class Live(Case):
    def live(self, *args, **more):
        return self.bauta('live', *args, **more)

    def report(self):
        return json.loads((self.dir / 'report.json').read_text())

    def test_file_to_outputs(self):
        out = self.dir / 'out.mp4'
        self.live('-f', PHOTO, *CONSENT, '-i', self.video, '-o', 'null:', '-o', out, '--loop',
                  '--seconds', 4, '--json', self.dir / 'report.json')
        report = self.report()
        self.assertEqual(report['result'], 'stopped')
        self.assertEqual([o['state'] for o in report['outputs']], ['ended', 'ended'])
        # The input is one second long.
        self.assertGreater(report['frames_in'], 50)
        self.assertGreater(report['faces_swapped'], 20)
        self.assertEqual(probe_frames(out), report['outputs'][1]['frames'])
        self.assertGreater(report['latency_ms']['p99'], 0)
        self.assertIn('frames left', self.err)

    def jumps(self, path, filters, key, level):
        """Seconds at which what a filter measures rises above level."""
        said = subprocess.run(
            [FFMPEG, '-v', 'error', '-i', str(path), '-f', 'null', *filters, '-'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode()
        found, at, before = [], 0, False
        for line in said.splitlines():
            if 'pts_time:' in line:
                at = float(line.split('pts_time:')[1].split()[0])
            if key in line:
                now = float(line.split('=')[1]) > level
                if now and not before:
                    found.append(at)
                before = now
        return found

    def test_sound_in_time(self):
        """A flash and a beep each second, over the seam of a loop, in two containers."""
        flash = self.dir / 'flash.mp4'
        ffmpeg('-f', 'lavfi', '-i', "color=black:s=320x180:r=25:d=3,"
               "geq=lum='if(lt(mod(T,1),0.08),235,16)':cb=128:cr=128", '-f', 'lavfi', '-i',
               "aevalsrc='if(lt(mod(t,1),0.08),sin(2*PI*1000*t),0)':s=48000:d=3", '-c:v',
               'libx264', '-c:a', 'aac', flash)
        outs = self.dir / 'a.mp4', self.dir / 'b.mkv'
        self.live('--engine', 'none', '--lost', 'pass', '-i', flash, '--loop', '--seconds', 6,
                  '-o', outs[0], '-o', outs[1])
        for out in outs:
            seen = self.jumps(out, ['-vf', 'signalstats,metadata=print:key='
                                    'lavfi.signalstats.YAVG:file=-'], 'YAVG', 100)
            heard = self.jumps(out, ['-af', 'astats=metadata=1:reset=1,ametadata=print:key='
                                     'lavfi.astats.Overall.RMS_level:file=-'], 'RMS_level', -30)
            self.assertGreaterEqual(len(seen), 5)
            self.assertGreaterEqual(len(heard), 5)
            for flashed in seen[:5]:
                self.assertLess(min(abs(flashed - beep) for beep in heard), .08,
                                (seen, heard))

    def test_end_of_input(self):
        self.live('--engine', 'none', '--lost', 'pass', '-i', self.video, '-o', 'null:',
                  '--json', self.dir / 'report.json')
        self.assertEqual(self.report()['result'], 'done')
        self.assertIn('warning: --lost pass', self.err)

    def test_no_face_is_never_shown(self):
        """Without the engine a wearer's frames are cards or covers, none is the input's."""
        out = self.dir / 'out.y4m'
        self.live('--engine', 'none', '-i', TEST + ',frames=25', '-o', out)
        data = out.read_bytes()
        size = 320 * 180 * 3 // 2
        at, frames, even = data.index(b'FRAME\n'), 0, 0
        while at < len(data):
            at = data.index(b'\n', at) + 1
            last = data[at + 172 * 320:at + 180 * 320]
            even += max(last) - min(last) <= 10   # but for the watermark
            frames += 1
            at += size
        self.assertGreater(frames, 10)
        self.assertEqual(even, frames)

    def test_usage(self):
        self.live('-f', PHOTO, *CONSENT, '-i', TEST, code=2)
        self.assertIn('an output is missing', self.err)
        self.live('-i', TEST, '-o', 'null:', code=2)
        self.assertIn('-f PHOTO', self.err)
        self.live('-f', PHOTO, *CONSENT, '-i', TEST, '-o', 'null:', '--seconds', 'x', code=2)
        self.live('-f', PHOTO, '-i', TEST, '-o', 'null:', code=14)
        self.live('--engine', 'none', *['-o', 'null:'] * 9, '-i', TEST, code=2)

    def test_no_camera(self):
        if glob.glob('/dev/video*'):
            self.skipTest('there is a camera')
        self.live('-f', PHOTO, *CONSENT, '-o', 'null:', code=4)
        self.assertIn('no camera was found', self.err)

    def test_output_that_does_not_open(self):
        out = self.dir / 'there.mp4'
        out.write_bytes(b'x')
        self.live('--engine', 'none', '-i', TEST, '-o', out, '-o', 'null:', code=6)
        self.assertIn('--force', self.err)
        self.assertEqual(out.read_bytes(), b'x')

    def breaks(self, seconds, comes_back):
        """A receiver that goes away after the first bytes, and what is received after it
        came back on the same port, if it does."""
        server = socket.create_server(('127.0.0.1', 0))
        port = server.getsockname()[1]
        p = subprocess.Popen(
            [PROGRAM, 'live', '--engine', 'none', '-i', TEST, '-o', f'tcp://127.0.0.1:{port}',
             '-o', 'null:', '--seconds', str(seconds), '--json', str(self.dir / 'report.json')],
            stderr=subprocess.PIPE)
        server.settimeout(30)
        peer, _ = server.accept()
        peer.recv(1000)
        peer.close()
        server.close()
        received = b''
        if comes_back:
            time.sleep(1)
            with socket.create_server(('127.0.0.1', port)) as again:
                again.settimeout(30)
                peer, _ = again.accept()
                peer.settimeout(30)
                while part := peer.recv(1 << 16):
                    received += part
                peer.close()
        err = p.communicate(timeout=60)[1].decode()
        return p.returncode, err, self.report()['outputs'], received

    def test_output_that_breaks(self):
        """The others go on; what it was is said, then and at the end."""
        code, err, (broken, null), _ = self.breaks(5, False)
        self.assertNotEqual(code, 0, err)
        self.assertEqual((broken['state'], null['state']), ('failed', 'ended'))
        self.assertGreater(null['frames'], 60)
        self.assertIn('it is opened again until it works', err)
        self.assertIn('this output ended', err)

    def test_output_that_comes_back(self):
        """It is opened again, begins with a whole picture, and the stream ends well."""
        code, err, (broken, null), received = self.breaks(8, True)
        self.assertEqual(code, 0, err)
        self.assertEqual((broken['state'], null['state']), ('ended', 'ended'))
        self.assertIn('works again', err)
        self.assertGreater(broken['dropped'], 0)
        path = self.dir / 'received.ts'
        path.write_bytes(received)
        said = subprocess.run(
            [FFMPEG, '-v', 'error', '-i', str(path), '-f', 'framecrc', '-'], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        frames = [line for line in said.stdout.decode().splitlines() if line[0] != '#']
        self.assertGreater(len(frames), 25)
        self.assertEqual(said.stderr, b'')

    def test_interrupt_keeps_the_file(self):
        out = self.dir / 'out.mkv'
        p = subprocess.Popen([PROGRAM, 'live', '--engine', 'none', '-i', TEST, '-o', str(out)],
                             stderr=subprocess.PIPE)
        for _ in range(300):
            if list(self.dir.iterdir()):
                break
            time.sleep(.1)
        time.sleep(2)
        p.send_signal(signal.SIGINT)
        err = p.communicate(timeout=30)[1].decode()
        self.assertEqual(p.returncode, 0, err)
        self.assertGreater(probe_frames(out), 10)
        self.assertEqual(sorted(f.name for f in self.dir.iterdir()),
                         ['out.mkv', 'out.mkv.c2pa'])

    def test_keys(self):
        """On a terminal: another face, the panic key, the end."""
        env = {**os.environ, 'XDG_DATA_HOME': str(self.dir / 'data')}
        self.bauta('face', 'add', 'other', PHOTO, *CONSENT, env=env)
        out = self.dir / 'out.y4m'
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(PROGRAM, [PROGRAM, 'live', '-f', str(PHOTO), *CONSENT, '-i',
                                str(self.video), '--loop', '-o', str(out)], env)
        said = b''

        def wait_for(word, seconds=40):
            nonlocal said
            until = time.monotonic() + seconds
            while word not in said:
                ready = select.select([terminal], [], [], max(0, until - time.monotonic()))[0]
                self.assertTrue(ready, f'{word} was not said: {said.decode()}')
                try:
                    said += os.read(terminal, 4096)
                except OSError:
                    break
            self.assertIn(word, said)
            said = said[said.index(word) + len(word):]

        wait_for(b'replaced')
        os.write(terminal, b'2')
        wait_for(b'other is put on')
        os.write(terminal, b'f')
        wait_for(b'2  other, worn')
        os.write(terminal, b'7')
        wait_for(b'no such face')
        os.write(terminal, b' ')
        wait_for(b'COVERED')
        os.write(terminal, b' ')
        wait_for(b'uncovered')
        wait_for(b'replaced')
        os.write(terminal, b'q')
        wait_for(b'frames left')
        status = os.waitpid(pid, 0)[1]
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        os.close(terminal)
        self.assertTrue(out.stat().st_size > 0)


if __name__ == '__main__':
    main()

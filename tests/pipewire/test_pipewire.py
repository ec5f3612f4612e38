# SPDX-License-Identifier: Apache-2.0
"""Camera input and virtual camera against GStreamer, in a PipeWire daemon of its own.

Usage: test_pipewire.py BAUTA PROBE
"""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOOLS = ['pipewire', 'wireplumber', 'dbus-run-session', 'gst-launch-1.0', 'pw-cli',
         'pw-metadata']
ELEMENTS = ['pipewiresrc', 'pipewiresink', 'videotestsrc', 'rawvideoparse']
WIDTH, HEIGHT = 322, 242          # rows of 4:2:0 chroma that are padded
SANITIZER = re.compile(r'Sanitizer|runtime error')
LIMIT = 20                        # seconds that anything may take on a slow machine


def until(what, limit=LIMIT):
    end = time.monotonic() + limit
    while not what():
        assert time.monotonic() < end, 'waited in vain'
        time.sleep(.05)


class Session:
    """A daemon, a session manager and what is started beside them."""

    def __init__(self, bauta, probe, folder):
        self.bauta, self.probe, self.folder = bauta, probe, folder
        self.log = open(f'{folder}/log', 'ab')
        self.running = []

    def start(self, *command, output=None):
        process = subprocess.Popen(command, stdout=output or self.log, stderr=self.log)
        self.running.append(process)
        return process

    def end(self, *processes, how=signal.SIGTERM):
        for process in processes:
            self.running.remove(process)
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(how)
            try:
                process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def end_all(self):
        self.end(*reversed(self.running))
        self.log.close()

    def devices(self):
        done = self.run(self.bauta, 'devices', '--json', '-')
        return json.loads(done.stdout)['devices']

    def start_daemon(self):
        self.daemon = self.start('pipewire')
        until(lambda: os.path.exists(f'{self.folder}/pipewire-0'))
        self.manager = self.start('wireplumber')
        until(lambda: any(d['kind'] == 'pipewire' and d['url'] and not d['missing']
                          for d in self.devices()))

    def end_daemon(self):
        self.end(self.daemon, self.manager)

    def run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=2 * LIMIT)
        assert not SANITIZER.search(done.stderr), done.stderr
        return done

    def ask(self, *words):
        """The probe's lines; it has to succeed."""
        done = self.run(self.probe, *words)
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    def sees(self, name):
        until(lambda: f'node.name = "{name}"' in self.run('pw-cli', 'ls', 'Node').stdout)

    def camera(self, name, *source, wait=True):
        """A camera by GStreamer."""
        process = self.start(
            'gst-launch-1.0', '-q', *source, '!', 'pipewiresink', 'mode=provide',
            'stream-properties=props,media.class=Video/Source,media.role=Camera,'
            f'node.name={name},node.description=Camera-of-{name}')
        if wait:
            self.sees(name)
        return process


def caps(layout, rate=25):
    return f'video/x-raw,format={layout},width={WIDTH},height={HEIGHT},framerate={rate}/1'


def pattern(layout):
    return ['videotestsrc', 'pattern=colors', 'is-live=true', '!', caps(layout)]


def unpad(data, planes):
    """Rows that GStreamer pads to four bytes, end to end."""
    out, at = b'', 0
    for width, height in planes:
        stride = (width + 3) // 4 * 4
        out += b''.join(data[at + y * stride:at + y * stride + width]
                        for y in range(height))
        at += stride * height
    return out


def planes_of(layout):
    w, h = WIDTH, HEIGHT
    return {'NV12': [(w, h), (w, h // 2)],
            'I420': [(w, h), (w // 2, h // 2), (w // 2, h // 2)],
            'Y444': [(w, h)] * 3, 'YUY2': [(2 * w, h)]}.get(
                layout, [(w * (3 if layout in ('RGB', 'BGR') else 4), h)])


def expected(session, layout):
    path = f'{session.folder}/reference'
    subprocess.run(['gst-launch-1.0', '-q', *pattern(layout)[:2], 'num-buffers=1', '!',
                    caps(layout), '!', 'filesink', f'location={path}'], check=True,
                   stdout=session.log, stderr=session.log)
    data = unpad(open(path, 'rb').read(), planes_of(layout))
    if layout == 'YUY2':
        return data[0::2] + data[1::4] + data[3::4]
    if layout.endswith('x'):
        data = bytearray(data)
        data[3::4] = b'\xff' * (len(data) // 4)
    return bytes(data)


def test_layouts(session):
    """Every layout of samples, each picture as GStreamer painted it."""
    layouts = ['NV12', 'I420', 'YUY2', 'Y444', 'RGB', 'BGR', 'RGBx', 'BGRA']
    cameras = [session.camera(f'cam{x}', *pattern(x), wait=False) for x in layouts]
    for layout in layouts:
        session.sees(f'cam{layout}')
        path = f'{session.folder}/read'
        said = session.ask('capture', f'pipewire:cam{layout}', '5', path)
        assert 'frames=5' in said and 'live=1 order=1' in said, said
        data, picture = open(path, 'rb').read(), expected(session, layout)
        assert data == picture * 5, f'{layout}: other pictures than were sent'
    known = {d['url']: d for d in session.devices()}
    assert known['pipewire:camNV12']['modes'] == f'nv12 {WIDTH}x{HEIGHT}@25', known
    assert known['pipewire:camRGB']['name'] == 'Camera-of-camRGB', known
    session.end(*cameras)
    print(len(layouts), 'layouts read')


def test_frames(session):
    """Numbered pictures: each read once, as sent, in order."""
    size, count = WIDTH * HEIGHT * 3 // 2, 240
    stride = (WIDTH + 3) // 4 * 4
    place = {}
    with open(f'{session.folder}/sent', 'wb') as file:
        for i in range(count):
            data = hashlib.shake_128(b'%d' % i).digest(stride * HEIGHT * 3 // 2)
            file.write(data)
            place[unpad(data, planes_of('NV12'))] = i
    camera = session.camera(
        'numbered', 'filesrc', f'location={session.folder}/sent', '!', 'rawvideoparse',
        'format=nv12', f'width={WIDTH}', f'height={HEIGHT}', 'framerate=25/1', '!',
        'identity', 'sync=true')
    path = f'{session.folder}/read'
    session.ask('capture', 'pipewire:Camera-of-numbered,format=nv12', '40', path)
    data = open(path, 'rb').read()
    places = [place[data[i:i + size]] for i in range(0, len(data), size)]
    assert len(places) == 40 and all(a < b for a, b in zip(places, places[1:])), places
    session.end(camera)
    print('numbered frames read:', places[0], 'to', places[-1])


def test_ours(session):
    """Our virtual camera into our camera input: samples and capture times."""
    for layout, size in (('nv12', '322x242'), ('yuv420p', '162x122'),
                         ('yuv422p', '162x122'), ('bgra', '160x120')):
        said = session.ask('loop', 'looped', layout, size, '15')
        found = re.search(r'looped frames=15 same=(\d+) times=(\d+)', said)
        # A frame is dropped where the machine held the other side.
        assert found and int(found[1]) == int(found[2]) >= 5, said
        assert 'colour=1' in said, said
    assert 'newest same=1' in session.ask('newest', 'newest'), 'an old frame was read'
    said = session.ask('stopped', 'stopped')
    assert 'stopped read=-19 open=-19' in said and 'no frame' not in said, said


def test_jpeg(session):
    camera = session.start(session.probe, 'jpeg', 'jpeg')
    session.sees('jpeg')
    said = session.ask('capture', 'pipewire:jpeg,format=mjpeg', '40')
    assert 'pixel=yuv422p size=640x360 live=1 order=1' in said, said
    assert 'damaged frames were dropped' in said, said
    said = session.ask('starve', 'pipewire:jpeg', 'pipewire:starved')
    assert int(re.search(r'starved failed=(\d+)', said)[1]) >= 8, said
    session.end(camera)


def swap(session, *words):
    return session.run(session.bauta, 'swap', '--engine', 'none', *words)


def refused(session, source, *words):
    done = swap(session, '-i', source, '-o', 'null:')
    assert done.returncode and all(word in done.stderr for word in words), done.stderr


def test_program(session):
    camera = session.camera('cam', *pattern('NV12'))
    grey = session.camera('grey', 'videotestsrc', 'is-live=true', '!', caps('GRAY8'))
    # Now and then GStreamer's side gives nothing to a reader, ours or its own.
    for _ in range(3):
        done = swap(session, '-i', 'pipewire:cam,size=640x480', '-o', 'null:', '-v',
                    '--duration', '1')
        if 'no frame for 2 seconds' not in done.stderr:
            break
        session.end(camera)
        camera = session.camera('cam', *pattern('NV12'))
    assert not done.returncode, (done.returncode, done.stderr)
    assert f'(Camera-of-cam) {WIDTH}x{HEIGHT} nv12 at 25/s' in done.stderr, done.stderr
    refused(session, 'pipewire:other', 'there is no such camera', 'cam (Camera-of-cam)')
    refused(session, 'pipewire:cam,format=yuyv', 'gives no frames of format=yuyv')
    refused(session, 'pipewire:cam,size=1', "not understood at 'size=1'")
    refused(session, 'pipewire:grey', 'gives no format that is read here')
    session.run('pw-metadata', '0', 'default.configured.video.source',
                '{"name":"second"}', 'Spa:String:JSON')
    second = session.camera('second', *pattern('RGB'))
    until(lambda: '"second"' in session.run('pw-metadata', '0',
                                            'default.video.source').stdout)
    done = swap(session, '-i', 'pipewire:', '-o', 'null:', '-v', '--duration', '.2')
    assert f'pipewire:second (Camera-of-second) {WIDTH}x{HEIGHT} rgb24' in done.stderr, \
        done.stderr
    session.daemon.send_signal(signal.SIGSTOP)
    refused(session, 'pipewire:cam', 'no daemon answers', 'timed out')
    session.daemon.send_signal(signal.SIGCONT)
    session.end(camera, grey, second)


def test_again(session):
    """Unplugged and back, the daemon killed and back, then stopped while it waits."""
    def says(text):
        until(lambda: text in open(f'{session.folder}/live').read())

    camera = session.camera('cam', *pattern('NV12'))
    with open(f'{session.folder}/live', 'wb') as output:
        live = session.start(session.probe, 'live', 'pipewire:cam', output=output)
    says('runs reconnects=0')
    session.end(camera)
    says('the camera was unplugged')
    says("source_error 'not found; trying again'")
    camera = session.camera('cam', *pattern('NV12'))
    says('runs reconnects=1')
    ours = session.start(session.bauta, 'swap', '--engine', 'none', '-i', 'test:', '-o',
                         'pipewire:mine', '--realtime')
    session.sees('mine')
    fan = session.start(session.bauta, 'live', '--engine', 'none', '-i', 'test:', '-o',
                        'pipewire:ours')
    session.sees('ours')
    session.end(session.daemon, how=signal.SIGKILL)
    says("PipeWire's daemon ended")
    says('no daemon answers')
    assert ours.wait(LIMIT), 'the virtual camera ends well without a daemon'
    session.end(ours)
    session.end(camera, session.manager)
    os.unlink(f'{session.folder}/pipewire-0')
    session.start_daemon()
    camera = session.camera('cam', *pattern('NV12'))
    says('runs reconnects=2')
    # A live stream's virtual camera comes back with the daemon.
    session.sees('ours')
    session.end(fan, how=signal.SIGINT)
    said = open(f'{session.folder}/log', errors='replace').read()
    assert fan.returncode in (0, 19) and 'pipewire:ours: works again' in said, said
    camera.send_signal(signal.SIGSTOP)
    session.end(live)
    said = open(f'{session.folder}/live').read()
    assert live.returncode == 0 and 'ended -19' in said, said
    session.end(camera)


ODD = (161, 121)                  # chroma of 81x61, and a row of luma that is padding


def test_stop(session):
    """A signal while the camera gives nothing ends a recording that is whole."""
    place = tempfile.mkdtemp(dir=session.folder)
    least = 10 * WIDTH * HEIGHT

    def written():
        return sum(entry.stat().st_size for entry in os.scandir(place))

    camera = session.camera('cam', *pattern('NV12'))
    ours = session.start(session.bauta, 'swap', '--engine', 'none', '-i', 'pipewire:cam',
                         '-o', f'{place}/stopped.y4m')
    until(lambda: written() > least)
    camera.send_signal(signal.SIGSTOP)
    time.sleep(.5)
    session.end(ours)
    assert ours.returncode == 19 and os.listdir(place) == ['stopped.y4m'], ours.returncode
    session.end(camera)


def read_back(session, name, frames):
    width, height = ODD
    return session.start(
        'gst-launch-1.0', 'pipewiresrc', 'target-object=cam', f'num-buffers={frames}',
        '!', f'video/x-raw,format=I420,width={width},height={height}', '!', 'filesink',
        f'location={session.folder}/{name}')


def odd_frames(path):
    """The pictures of a viewer, without GStreamer's padding."""
    (w, h), data = ODD, open(path, 'rb').read()
    luma, chroma = 164 * (h + 1), 84 * (h // 2 + 1)
    size = luma + 2 * chroma
    half = [(w // 2 + 1, h // 2 + 1)] * 2
    assert len(data) % size == 0, len(data)
    return [unpad(data[i:], [ODD]) + unpad(data[i + luma:], half)
            for i in range(0, len(data), size)]


def places_of(session, url, frames):
    """The numbers that they have among all that leave for the same input, but for the
    watermark, whose session is each run's own: luma may differ by twice BT_WM_MOST."""
    luma = ODD[0] * ODD[1]

    def same(a, b):
        return a[luma:] == b[luma:] and all(-16 <= x - y <= 16 for x, y in
                                            zip(a[:luma], b[:luma]))
    size = ODD[0] * ODD[1] + 2 * (ODD[0] // 2 + 1) * (ODD[1] // 2 + 1)
    made = subprocess.Popen([session.bauta, 'swap', '--engine', 'none', '-i', url, '-o',
                             '-'], stdout=subprocess.PIPE, stderr=session.log)
    found = {}
    made.stdout.readline()
    for number in range(5000):
        if len(found) == len(set(frames)) or not made.stdout.readline():
            break
        frame = made.stdout.read(size)
        for other in set(frames):
            if other not in found and same(frame, other):
                found[other] = number
    made.kill()
    made.stdout.close()
    made.wait()
    return [found.get(frame, -1) for frame in frames]


def test_viewers(session):
    """GStreamer reads our virtual camera; viewers come, go and stall."""
    url = f'test:{ODD[0]}x{ODD[1]}@25,format=yuv420p'
    ours = session.start(session.bauta, 'swap', '--engine', 'none', '-i', url, '-o',
                         'pipewire:cam', '--realtime', '-v')
    time.sleep(1)
    assert read_back(session, 'first', 25).wait(LIMIT) == 0, 'the first viewer failed'
    stalled = read_back(session, 'stalled', 1000)
    until(lambda: os.path.exists(f'{session.folder}/stalled') and
          os.path.getsize(f'{session.folder}/stalled') > 0)
    stalled.send_signal(signal.SIGSTOP)
    assert read_back(session, 'second', 25).wait(LIMIT) == 0, 'the second viewer failed'
    assert ours.poll() is None, 'the virtual camera ended'
    # The mask is not fed with itself.
    refused(session, 'pipewire:', 'there is no camera', 'cam (bauta (AI modified))')
    session.end(stalled)
    session.end(ours, how=signal.SIGINT)
    for name in ('first', 'second'):
        frames = odd_frames(f'{session.folder}/{name}')
        places = places_of(session, url, frames)
        print(name, 'viewer, marked frames:', places)
        assert len(places) == 25 and places[0] >= 0, name
        assert all(a < b for a, b in zip(places, places[1:])), name


def test_marks(session):
    """What a viewer sees carries the label and the watermark."""
    width, height = 640, 360
    ours = session.start(session.bauta, 'swap', '--engine', 'none', '-i',
                         f'test:{width}x{height}@25,format=yuv420p', '-o', 'pipewire:marked',
                         '--realtime')
    session.sees('marked')
    raw, path = f'{session.folder}/raw', f'{session.folder}/marked.y4m'
    viewer = session.start(
        'gst-launch-1.0', 'pipewiresrc', 'target-object=marked', 'num-buffers=60', '!',
        f'video/x-raw,format=I420,width={width},height={height}', '!', 'filesink',
        f'location={raw}')
    assert viewer.wait(LIMIT) == 0, 'the viewer failed'
    session.end(ours, how=signal.SIGINT)
    size, data = width * height * 3 // 2, open(raw, 'rb').read()
    with open(path, 'wb') as file:
        file.write(b'YUV4MPEG2 W%d H%d F25:1 Ip A1:1 C420jpeg\n' % (width, height))
        for i in range(0, len(data), size):
            file.write(b'FRAME\n' + data[i:i + size])
    found = json.loads(session.run(os.environ['BAUTA_LOOK'], path).stdout)
    print('a viewer saw', {key: value for key, value in found.items() if key != 'trail'})
    assert found['frames'] == found['labelled'] == 60, found
    assert found['marked'] == found['windows'] > 0, found


def give_up(number, frame):
    raise TimeoutError(f'signal {number}')


def inside(bauta, probe, folder):
    # However it ends, no daemon is left behind.
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, give_up)
    signal.alarm(270)
    session = Session(bauta, probe, folder)
    try:
        session.start_daemon()
        for test in (test_layouts, test_frames, test_ours, test_jpeg, test_program,
                     test_stop, test_viewers, test_marks, test_again):
            start = time.monotonic()
            test(session)
            print(f'{test.__name__}: passed, {time.monotonic() - start:.1f} s',
                  flush=True)
    finally:
        session.end_all()
    said = open(f'{folder}/log', errors='replace').read()
    assert not SANITIZER.search(said), said


def missing():
    tools = [tool for tool in TOOLS if not shutil.which(tool)]
    if tools:
        return tools
    return [e for e in ELEMENTS if subprocess.run(
        ['gst-inspect-1.0', e], capture_output=True).returncode]


def main():
    bauta, probe = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if sys.argv[3:]:
        return inside(bauta, probe, sys.argv[3])
    lacking = missing()
    if lacking:
        print('skipped: there is no', ', '.join(lacking) + '; tools/setup.sh packages')
        return 77
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, XDG_RUNTIME_DIR=folder)
        for name in ('PIPEWIRE_REMOTE', 'PIPEWIRE_RUNTIME_DIR'):
            env.pop(name, None)
        for words in (['-i', 'test:', '-o', 'pipewire:cam'],
                      ['-i', 'pipewire:', '-o', 'null:']):
            alone = subprocess.run([bauta, 'swap', '--engine', 'none', *words], env=env,
                                   capture_output=True, text=True, timeout=30)
            assert alone.returncode and 'start pipewire' in alone.stderr, alone.stderr
        try:
            subprocess.run(['dbus-run-session', '--', sys.executable, __file__, bauta,
                            probe, folder], env=env, check=True)
        except subprocess.CalledProcessError:
            print(open(f'{folder}/log', errors='replace').read()[-8000:])
            raise
    return 0


if __name__ == '__main__':
    sys.exit(main())

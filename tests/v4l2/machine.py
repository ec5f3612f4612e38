#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cameras and virtual cameras for real: Debian's kernel, vivid and v4l2loopback in qemu.

Usage: machine.py FOLDER PROBE BAUTA. FOLDER is what tools/setup.sh v4l2-test fills:
vmlinuz, busybox and modules/*.ko with modules/order. The machine has no disk and no
network; its root lies in memory, and what it prints comes over the serial line. Exit 77
skips.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SECONDS = 380
FONTS = ['/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf',
         '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf']

INIT = """#!/busybox sh
/busybox mkdir -p /proc /sys /dev /tmp
/busybox mount -t proc proc /proc
/busybox mount -t sysfs sys /sys
/busybox mount -t devtmpfs dev /dev
for m in $(/busybox cat /modules/order); do
    case $m in
        vivid.ko) /busybox insmod /modules/$m n_devs=1 node_types=0x1 ;;
        v4l2loopback.ko) /busybox insmod /modules/$m video_nr=9,10 \
card_label=bauta,other exclusive_caps=1,1 ;;
        *) /busybox insmod /modules/$m ;;
    esac || echo "no module $m"
done
echo BEGIN nodes
/busybox ls /dev/video0 /dev/video9 /dev/video10
%s
echo BEGIN end
/busybox poweroff -f
"""

CAPTURE = '/probe capture v4l2:%s %d'
LOOP = '/probe loop %s v4l2:/dev/video%d %d %s'
STEPS = [
    ('first', CAPTURE % (',size=640x360', 10)),
    ('yuyv', CAPTURE % ('/dev/video0,size=640x360,rate=30,format=yuyv', 60)),
    ('nv12', CAPTURE % ('/dev/video0,size=640x360,rate=30,format=nv12', 30)),
    ('yu12', CAPTURE % ('/dev/video0,size=320x180,rate=15,format=yu12', 15)),
    ('nomjpeg', CAPTURE % ('/dev/video0,size=640x360,format=mjpeg', 10)),
    ('silent', CAPTURE % ('/dev/video9', 1)),
    ('loop420', LOOP % ('v4l2:', 9, 40, 'yuv420p')),
    ('loop422', LOOP % ('v4l2:/dev/video10', 10, 40, 'yuv422p')),
    ('looprgb', LOOP % ('v4l2:/dev/video10', 10, 5, 'rgb24')),
    ('marks', '/probe marks v4l2:/dev/video9 v4l2:/dev/video9 54'),
    ('camera', LOOP % ('v4l2:/dev/video0', 0, 1, 'yuv420p')),
    ('devices', '/bauta devices'),
    ('json', '/bauta devices --json -'),
    ('starve', '/probe starve v4l2: v4l2:'),
    ('mjpeg', '/probe mjpeg /dev/video10 30'),
    # The camera is taken from its driver while frames come.
    ('unplug', '/busybox sh -c "(/busybox sleep 3; echo vivid.0 > '
     '/sys/bus/platform/drivers/vivid/unbind) & '
     + CAPTURE % ('/dev/video0', 3000) + '"'),
]


def skip(why):
    print(why)
    sys.exit(77)


def libraries(program):
    """The files that the loader opens for a program, by the paths it looks for."""
    text = subprocess.run(['ldd', program], stdout=subprocess.PIPE, check=True,
                          text=True).stdout
    return sorted(set(re.findall(r'(?:=> )?(/\S+) \(0x', text)))


def build_root(root, folder, probe, bauta, font):
    for name in ('modules', 'dev', 'proc', 'sys', 'tmp', 'lib64', 'lib'):
        os.makedirs(os.path.join(root, name), exist_ok=True)
    shutil.copy(os.path.join(folder, 'busybox'), os.path.join(root, 'busybox'))
    for name in os.listdir(os.path.join(folder, 'modules')):
        shutil.copy(os.path.join(folder, 'modules', name), os.path.join(root, 'modules'))
    for program, name in ((probe, 'probe'), (bauta, 'bauta')):
        shutil.copy(program, os.path.join(root, name))
        for path in libraries(program):
            loader = os.path.basename(path).startswith('ld-linux')
            shutil.copy(path, os.path.join(root, 'lib64' if loader else 'lib'))
    shutil.copy(font, os.path.join(root, 'font.ttf'))
    steps = '\n'.join('echo BEGIN %s\nBAUTA_FONT=/font.ttf LD_LIBRARY_PATH=/lib %s 2>&1' % step
                      for step in STEPS)
    init = os.path.join(root, 'init')
    with open(init, 'w', encoding='ascii') as file:
        file.write(INIT % steps)
    os.chmod(init, 0o755)


def pack(root, path):
    names = subprocess.run(['find', '.', '-print0'], cwd=root, check=True,
                           stdout=subprocess.PIPE).stdout
    with open(path, 'wb') as out:
        subprocess.run([os.path.join(root, 'busybox'), 'cpio', '-0', '-o', '-H', 'newc'],
                       cwd=root, check=True, input=names, stdout=out,
                       stderr=subprocess.DEVNULL)


def boot(folder, initrd):
    command = ['qemu-system-x86_64', '-accel', 'tcg,thread=multi', '-cpu', 'max',
               '-smp', '2', '-m', '1536', '-display', 'none', '-nodefaults',
               '-no-reboot', '-serial', 'stdio', '-kernel',
               os.path.join(folder, 'vmlinuz'), '-initrd', initrd,
               '-append', 'console=ttyS0 quiet panic=-1 mitigations=off']
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        return done.stdout.decode('utf-8', 'replace').replace('\r', '')
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b'').decode('utf-8', 'replace').replace('\r', '')


class Judge:
    def __init__(self, text):
        self.parts = {}
        self.failures = 0
        for part in re.split(r'^BEGIN ', text, flags=re.M)[1:]:
            name, _, body = part.partition('\n')
            self.parts[name.strip()] = body

    def has(self, name, pattern):
        body = self.parts.get(name, '')
        if not re.search(pattern, body):
            self.failures += 1
            print('%s: no %r in:\n%s' % (name, pattern, body))


def judge(text):
    j = Judge(text)
    j.has('end', '')
    j.has('nodes', r'/dev/video9')
    # vivid's frames move, and come at its rate; its clock is the monotonic one.
    facts = r'captured frames=%d pixel=%s size=%s live=1 order=1 differ=%d span_us=(\d+)'
    j.has('first', facts % (10, r'\w+', '640x360', 10))
    j.has('yuyv', facts % (60, 'yuv422p', '640x360', 60))
    j.has('nv12', facts % (30, 'nv12', '640x360', 30))
    j.has('yu12', facts % (15, 'yuv420p', '320x180', 15))
    j.has('nomjpeg', 'gives no frames of format=mjpeg')
    j.has('silent', 'nobody writes to this loopback device')
    j.has('loop420', r'looped frames=40 same=40 pixel=yuv420p size=640x360')
    j.has('loop422', r'looped frames=40 same=40 pixel=yuv422p size=640x360')
    j.has('looprgb', r'looped frames=5 same=0 pixel=yuv420p size=640x360')
    j.has('marks', r'"frames": 54, "labelled": 54.*"windows": 1, "marked": 1,')
    j.has('marks', r'bare labelled=0 marked=0')
    j.has('camera', 'shows no frames that are written to it')
    j.has('devices', r'/dev/video0\b[^\n]*vivid')
    j.has('devices', r'/dev/video9\b[^\n]*bauta')
    j.has('json', r'"url": "v4l2:/dev/video9"')
    j.has('starve', r'starved failed=(?:[5-9]|[1-9]\d)\nresult 0')
    # 30 frames: the first is looked at only, four are cut in the middle.
    j.has('mjpeg', r'mjpeg frames=25 near=25 pixel=yuv422p')
    j.has('mjpeg', r'4 damaged frames were dropped')
    j.has('unplug', 'the camera was unplugged\nresult -4')
    for name in ('first', 'yuyv', 'nv12', 'yu12', 'loop420', 'loop422', 'looprgb',
                 'mjpeg'):
        j.has(name, r'\nresult 0\n')
    return j.failures


def main():
    folder, probe, bauta = sys.argv[1:4]
    if not shutil.which('qemu-system-x86_64'):
        skip('qemu-system-x86_64 is not here: tools/setup.sh v4l2-test brings it')
    if not os.path.exists(os.path.join(folder, 'modules/order')):
        skip(folder + ' has no kernel: tools/setup.sh v4l2-test brings it')
    font = next((path for path in FONTS if os.path.exists(path)), None)
    if not font:
        skip('there is no font for the label: ' + FONTS[0])
    with tempfile.TemporaryDirectory() as work:
        root = os.path.join(work, 'root')
        build_root(root, folder, probe, bauta, font)
        pack(root, os.path.join(work, 'initrd'))
        shutil.rmtree(root)
        text = boot(folder, os.path.join(work, 'initrd'))
    failures = judge(text)
    if failures or os.environ.get('BAUTA_SHOW'):
        print(text)
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()

# SPDX-License-Identifier: Apache-2.0
"""A display without a screen, the window on it, its keys and its pixels."""
import os
import shutil
import subprocess
import time

TOOLS = ['Xvfb', 'xdotool', 'openbox', 'ffmpeg']
SCREEN = (1600, 900)
SLOW = 40


def missing():
    return [tool for tool in TOOLS if not shutil.which(tool)]


def wait_for(what, seconds=SLOW):
    """The first true value of what(), or the last one after so long."""
    limit = time.monotonic() + seconds
    value = what()
    while not value and time.monotonic() < limit:
        time.sleep(.1)
        value = what()
    return value


class Screen:
    """Xvfb on a free number, with a window manager."""

    def __init__(self, log):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', '%dx%dx24' % SCREEN,
             '-nolisten', 'tcp'], pass_fds=[write], stdout=log, stderr=log)
        os.close(write)
        with os.fdopen(read) as file:
            number = file.readline().strip()
        assert number, 'Xvfb did not start'
        self.display = f':{number}'
        self.env = dict(os.environ, DISPLAY=self.display)
        self.env.pop('WAYLAND_DISPLAY', None)
        self.manager = subprocess.Popen(['openbox'], env=self.env, stdout=log, stderr=log)
        time.sleep(1)

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait(10)

    def xdotool(self, *args):
        done = subprocess.run(['xdotool', *map(str, args)], env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return done.stdout.decode().split('\n')[:-1]


class Picture:
    """Pixels as they are on the screen."""

    def __init__(self, width, height, data):
        self.width, self.height, self.data = width, height, data

    def at(self, x, y):
        i = 3 * (int(y) * self.width + int(x))
        return tuple(self.data[i:i + 3])

    def bright(self, box, least):
        """How much of the box is green of that level or more, 0 to 1."""
        x0, y0, x1, y1 = map(int, box)
        table = bytes(level >= least for level in range(256))
        rows = (self.data[3 * (y * self.width + x0) + 1:3 * (y * self.width + x1):3]
                for y in range(y0, y1))
        return sum(sum(row.translate(table)) for row in rows) / ((x1 - x0) * (y1 - y0))

    def count(self, box, test, step=4):
        """How much of the box passes, 0 to 1."""
        x0, y0, x1, y1 = map(int, box)
        hits = [test(*self.at(x, y)) for y in range(y0, y1, step)
                for x in range(x0, x1, step)]
        return sum(hits) / max(len(hits), 1)

    def difference(self, other, box, flip=False, step=4):
        x0, y0, x1, y1 = map(int, box)
        total = count = 0
        for y in range(y0, y1, step):
            for x in range(x0, x1, step):
                a, b = self.at(x, y), other.at(x0 + x1 - 1 - x if flip else x, y)
                total += abs(a[1] - b[1])
                count += 1
        return total / count


class Window:
    """bauta live, with its window in the foreground."""

    def __init__(self, screen, command, env, log):
        self.screen = screen
        self.process = subprocess.Popen(command, env={**screen.env, **env}, stdout=log,
                                        stderr=log)
        self.number = wait_for(self.find)
        assert self.number, 'no window came'
        screen.xdotool('windowactivate', '--sync', self.number)

    def find(self):
        assert self.process.poll() is None, 'it ended before a window came'
        found = self.screen.xdotool('search', '--onlyvisible', '--name', '^bauta: ')
        return found[-1] if found else None

    def size(self, width, height):
        self.screen.xdotool('windowsize', self.number, width, height)
        assert wait_for(lambda: self.geometry()[2:] == (width, height)), self.geometry()
        time.sleep(.5)

    def geometry(self):
        lines = self.screen.xdotool('getwindowgeometry', '--shell', self.number)
        values = dict(line.split('=') for line in lines if '=' in line)
        return tuple(int(values.get(key, 0)) for key in ('X', 'Y', 'WIDTH', 'HEIGHT'))

    def key(self, *keys):
        self.screen.xdotool('key', *keys)

    def title(self):
        return ''.join(self.screen.xdotool('getwindowname', self.number))

    def shot(self):
        width, height = self.geometry()[2:]
        data = subprocess.run(
            ['ffmpeg', '-v', 'error', '-nostdin', '-f', 'x11grab', '-draw_mouse', '0',
             '-window_id', self.number, '-i', self.screen.display, '-frames:v', '1',
             '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
            stdout=subprocess.PIPE, check=True).stdout
        return Picture(width, height, data)

    def end(self):
        """Its exit code; it is ended where it does not end."""
        try:
            return self.process.wait(SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return 'hangs'

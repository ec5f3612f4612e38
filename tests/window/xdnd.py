# SPDX-License-Identifier: Apache-2.0
"""Drops a file on a window as a file manager does: the source's side of XDND, version 5.
usage: xdnd.py WINDOW FILE"""
import ctypes
import os
import sys
import time
import urllib.parse

CLIENT_MESSAGE, SELECTION_REQUEST, SELECTION_NOTIFY = 33, 30, 31


class ClientMessage(ctypes.Structure):
    _fields_ = [('type', ctypes.c_int), ('serial', ctypes.c_ulong),
                ('send_event', ctypes.c_int), ('display', ctypes.c_void_p),
                ('window', ctypes.c_ulong), ('message_type', ctypes.c_ulong),
                ('format', ctypes.c_int), ('l', ctypes.c_long * 5)]


class SelectionRequest(ctypes.Structure):
    _fields_ = [('type', ctypes.c_int), ('serial', ctypes.c_ulong),
                ('send_event', ctypes.c_int), ('display', ctypes.c_void_p),
                ('owner', ctypes.c_ulong), ('requestor', ctypes.c_ulong),
                ('selection', ctypes.c_ulong), ('target', ctypes.c_ulong),
                ('property', ctypes.c_ulong), ('time', ctypes.c_ulong)]


class SelectionNotify(ctypes.Structure):
    _fields_ = [('type', ctypes.c_int), ('serial', ctypes.c_ulong),
                ('send_event', ctypes.c_int), ('display', ctypes.c_void_p),
                ('requestor', ctypes.c_ulong), ('selection', ctypes.c_ulong),
                ('target', ctypes.c_ulong), ('property', ctypes.c_ulong),
                ('time', ctypes.c_ulong)]


class Event(ctypes.Union):
    _fields_ = [('type', ctypes.c_int), ('client', ClientMessage),
                ('request', SelectionRequest), ('notify', SelectionNotify),
                ('pad', ctypes.c_long * 24)]


def library():
    x = ctypes.CDLL('libX11.so.6')
    d, w = ctypes.c_void_p, ctypes.c_ulong
    x.XOpenDisplay.restype, x.XOpenDisplay.argtypes = d, [ctypes.c_char_p]
    x.XDefaultRootWindow.restype, x.XDefaultRootWindow.argtypes = w, [d]
    x.XCreateSimpleWindow.restype = w
    x.XCreateSimpleWindow.argtypes = [d, w] + [ctypes.c_int] * 2 + [ctypes.c_uint] * 3 + [
        ctypes.c_ulong] * 2
    x.XInternAtom.restype = w
    x.XInternAtom.argtypes = [d, ctypes.c_char_p, ctypes.c_int]
    x.XSetSelectionOwner.argtypes = [d, w, w, ctypes.c_ulong]
    x.XSendEvent.argtypes = [d, w, ctypes.c_int, ctypes.c_long, ctypes.POINTER(Event)]
    x.XPending.argtypes = x.XFlush.argtypes = x.XCloseDisplay.argtypes = [d]
    x.XNextEvent.argtypes = [d, ctypes.POINTER(Event)]
    x.XChangeProperty.argtypes = [d, w, w, w, ctypes.c_int, ctypes.c_int,
                                  ctypes.c_char_p, ctypes.c_int]
    return x


def drop(target, path):
    x = library()
    display = x.XOpenDisplay(None)
    assert display, 'no display'
    own = x.XCreateSimpleWindow(display, x.XDefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0)

    def atom(name):
        return x.XInternAtom(display, name.encode(), 0)

    def send(name, *values):
        event = Event()
        event.client = ClientMessage(CLIENT_MESSAGE, 0, 1, display, target, atom(name), 32)
        for i, value in enumerate(values):
            event.client.l[i] = value
        x.XSendEvent(display, target, 0, 0, ctypes.byref(event))
        x.XFlush(display)

    uris, place = atom('text/uri-list'), 200 << 16 | 200
    data = f'file://{urllib.parse.quote(os.path.abspath(path))}\r\n'.encode()
    x.XSetSelectionOwner(display, atom('XdndSelection'), own, 0)
    send('XdndEnter', own, 5 << 24, uris, 0, 0)
    send('XdndPosition', own, 0, place, 0, atom('XdndActionCopy'))
    limit, finished = time.monotonic() + 10, False
    while not finished and time.monotonic() < limit:
        if not x.XPending(display):
            time.sleep(.02)
            continue
        event = Event()
        x.XNextEvent(display, ctypes.byref(event))
        if event.type == CLIENT_MESSAGE and event.client.message_type == atom('XdndStatus'):
            assert event.client.l[1] & 1, 'the window does not take it'
            send('XdndDrop', own, 0, 0, 0, 0)
        elif event.type == CLIENT_MESSAGE:
            finished = event.client.message_type == atom('XdndFinished')
        elif event.type == SELECTION_REQUEST:
            asked = event.request
            x.XChangeProperty(display, asked.requestor, asked.property, asked.target, 8, 0,
                              data, len(data))
            answer = Event()
            answer.notify = SelectionNotify(SELECTION_NOTIFY, 0, 1, display, asked.requestor,
                                            asked.selection, asked.target, asked.property,
                                            asked.time)
            x.XSendEvent(display, asked.requestor, 0, 0, ctypes.byref(answer))
            x.XFlush(display)
    x.XCloseDisplay(display)
    assert finished, 'the window did not take the file'


if __name__ == '__main__':
    drop(int(sys.argv[1]), sys.argv[2])

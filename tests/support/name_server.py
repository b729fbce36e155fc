# SPDX-License-Identifier: MIT
"""A name server that hears every question and answers none."""

import ctypes
import os
import pathlib
import socket

from support.process import libc

CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000


def call(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class SilentNameServer:
    """Binds port 53 of an address of loopback that is this process's own. Needs the rights for that and for mounting:
    OSError without."""

    def __init__(self, folder: pathlib.Path) -> None:
        number = os.getpid()
        self.address = f"127.{80 + (number >> 16) % 40}.{number >> 8 & 255}.{number & 255}"
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.address, 53))
        self.configuration = folder / "resolv.conf"
        self.configuration.write_text(f"nameserver {self.address}\noptions timeout:30 attempts:5\n")

    def use(self) -> None:
        """Makes this process ask it and nobody else, in a mount namespace of its own."""
        call(libc.unshare(CLONE_NEWNS))
        call(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
        target = os.path.realpath("/etc/resolv.conf").encode()
        call(libc.mount(os.fsencode(self.configuration), target, None, MS_BIND, None))

    def wait_for_question(self, patience: float) -> bytes:
        self.socket.settimeout(patience)
        return self.socket.recv(512)

    def close(self) -> None:
        self.socket.close()

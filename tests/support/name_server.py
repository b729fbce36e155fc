# SPDX-License-Identifier: MIT
"""A name server that hears every question and answers none."""

import os
import pathlib
import socket

from support.mounts import mount_over


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
        mount_over(self.configuration, "/etc/resolv.conf")

    def wait_for_question(self, patience: float) -> bytes:
        self.socket.settimeout(patience)
        return self.socket.recv(512)

    def close(self) -> None:
        self.socket.close()

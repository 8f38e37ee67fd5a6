"""Ports of this machine: the usual one, or the next that is free."""

from __future__ import annotations

import socket

from worker.terminal.words import Failure

LOOPBACK = "127.0.0.1"
FURTHEST = 100  # how many ports past the usual one are tried


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether somebody could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def chosen(wanted: int | None, usual: int, taken: set[int]) -> int:
    """The port asked for, else the usual one or the next free; never one of ``taken``, to which it is added.

    Raises ``Failure`` where the port asked for is in use."""
    if wanted is not None:
        if wanted in taken or not is_free(wanted):
            raise Failure(f"端口 {wanted} 已被占用，请换一个", f"port {wanted} is in use; name another one")
        taken.add(wanted)
        return wanted
    for port in range(usual, usual + FURTHEST):
        if port not in taken and is_free(port):
            taken.add(port)
            return port
    raise Failure(f"{usual} 之后的端口都被占用", f"no port from {usual} on is free")

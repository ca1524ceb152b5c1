"""Nothing in a test may talk to another machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


class Outside(RuntimeError):
    """A test tried to reach another machine."""


def is_here(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback or str(host) in ("0.0.0.0", "::")  # noqa: S104
    except ValueError:
        return False


def close_the_door() -> None:
    """Let this process connect to loopback and to Unix sockets only, for good."""
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_sendto, real_look_up = socket.socket.sendto, socket.getaddrinfo

    def check(address: object) -> None:
        if isinstance(address, tuple) and not is_here(address[0]):
            raise Outside(f"A test tried to reach {address[0]}. Tests stay on this machine.")

    def connect(self: socket.socket, address: Any) -> None:
        check(address)
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return real_connect_ex(self, address)

    def sendto(self: socket.socket, data: Any, *rest: Any) -> int:
        check(rest[-1])
        return real_sendto(self, data, *rest)

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:
        check((host,))
        return real_look_up(host, *rest, **named)

    socket.socket.connect = connect  # type: ignore[method-assign]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]
    socket.socket.sendto = sendto  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = look_up

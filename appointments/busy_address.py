"""A calendar fetched from the address that the operator set: https, small, soon, and never from a
machine of our own network. No redirect is followed."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from urllib.parse import urlsplit

from .busy_times import LARGEST, Unreadable

PATIENCE = 10.0  # seconds for each step
AT_MOST = 30.0  # seconds in all
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class _Pinned(http.client.HTTPSConnection):
    """Talks to the machine that was looked at, whatever the name means a moment later."""

    def __init__(self, host: str, port: int, machine: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=PATIENCE, context=context)
        self._machine, self._trust = machine, context

    def connect(self) -> None:
        plain = socket.create_connection((self._machine, self.port), self.timeout)
        try:
            self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise


def fetch(address: str, *, trust: ssl.SSLContext | None = None) -> bytes:
    """Raises Unreadable, with words that do not repeat the address: it is a secret."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise Unreadable("the address has to begin with https:// and name a public machine")
    began = time.monotonic()
    try:
        machine = _machine(parts.hostname, parts.port or 443)
        server = _Pinned(
            parts.hostname, parts.port or 443, machine, trust or ssl.create_default_context()
        )
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            server.request("GET", path, headers={"Accept-Encoding": "identity"})
            with server.getresponse() as answer:
                if answer.status == http.client.OK:
                    return _whole(answer, began)
                raise Unreadable(
                    f"the other side answers {answer.status}; ask for a new address and set it"
                )
        finally:
            server.close()
    except ssl.SSLError as error:
        raise Unreadable("the other side's certificate is not good") from error
    except TimeoutError as error:
        raise Unreadable("the other side takes too long") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreadable("the other side cannot be reached") from error


def _machine(host: str, port: int) -> str:
    """The number of the machine, all of whose numbers are public ones."""
    found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for number in found:
        if not is_public(str(number)):
            raise Unreadable("the address leads to a machine that is not on the public Internet")
    return str(sorted(found, key=str)[0])


def is_public(number: str) -> bool:
    there = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(there, ipaddress.IPv6Address):
        if there in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(there.packed[-4:])))
        if inner := there.ipv4_mapped or there.sixtofour:
            return is_public(str(inner))
    return there.is_global and not there.is_multicast


def _whole(answer: http.client.HTTPResponse, began: float) -> bytes:
    data = bytearray()
    while chunk := answer.read1(65_536):
        data += chunk
        if len(data) > LARGEST:
            raise Unreadable(f"the calendar is larger than {LARGEST // 1_000_000} MB")
        if time.monotonic() - began > AT_MOST:
            raise TimeoutError
    return bytes(data)

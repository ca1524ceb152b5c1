from __future__ import annotations

import socket
import urllib.request

import pytest

from tests.network import Outside


def test_a_test_cannot_reach_another_machine() -> None:
    with pytest.raises(Outside), socket.socket() as one:
        one.connect(("192.0.2.1", 80))
    with pytest.raises(Outside), socket.socket() as one:
        one.connect_ex(("192.0.2.1", 80))
    with pytest.raises(Outside), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"", ("192.0.2.1", 53))
    with pytest.raises(Outside):
        urllib.request.urlopen("http://www.example.com/", timeout=1)


def test_a_test_reaches_this_machine() -> None:
    with socket.socket() as listener, socket.socket() as one:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        one.connect(("localhost", listener.getsockname()[1]))

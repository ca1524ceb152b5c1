"""The EHR's calendar is fetched from the address that is set, and from nowhere else."""

from __future__ import annotations

import datetime as dt
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from appointments import busy_address, tasks
from appointments.busy_times import Unreadable
from appointments.models import BusyTime
from practice.roles import Role
from tests.people import Clinic
from tests.staff import a_member, signed_in

GOOD = "DTSTART:20261125T150000Z\r\nDURATION:PT1H"
CALENDAR = (
    f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//EHR\r\nBEGIN:VEVENT\r\nUID:1@ehr\r\n{GOOD}\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()


def kept() -> list[str]:
    return [f"{one.during.lower:%m-%d %H:%M}" for one in BusyTime.objects.all()]


class Ehr(http.server.BaseHTTPRequestHandler):
    data = b""

    def do_GET(self) -> None:
        match self.path:
            case "/moved":
                self.send_response(302)
                self.send_header("Location", "https://10.0.0.1/")
                self.end_headers()
            case "/endless":
                self.send_response(200)
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(b"x" * 65_536)
                except OSError:
                    return
            case _:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(self.data)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def ehr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An EHR on this machine, which counts as public for once; with a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today)
        .not_valid_after(today + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "ehr.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ehr)
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(pem)
    server.socket = there.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    trust = ssl.create_default_context(cafile=str(pem))
    monkeypatch.setattr(ssl, "create_default_context", lambda: trust)
    monkeypatch.setattr(busy_address, "is_public", lambda number: number == "127.0.0.1")
    monkeypatch.setattr(busy_address, "_machine", lambda host, port: "127.0.0.1")
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_worker_reads_the_address_that_is_set(
    clinic: Clinic, now: dt.datetime, ehr: str, settings: Any
) -> None:
    settings.BUSY_CALENDARS = {"ana-ortega": f"{ehr}/secret", "nobody": f"{ehr}/secret"}
    Ehr.data = CALENDAR
    tasks.read_busy_calendars(timestamp=0)
    assert kept() == ["11-25 15:00"]
    manager = signed_in(a_member(Role.MANAGER, "mona@clinic.test"))
    page = manager.get("/admin/ehr/busy/").content.decode()
    assert "localhost" in page
    assert "secret" not in page
    Ehr.data = b"<html>"
    tasks.read_busy_calendars(timestamp=0)
    assert kept() == ["11-25 15:00"]
    page = manager.get("/admin/ehr/busy/").content.decode()
    assert "this is neither a calendar" in page


@pytest.mark.parametrize(
    ("path", "words"), [("/moved", "answers 302"), ("/endless", "larger than 5 MB")]
)
def test_no_redirect_is_followed_and_nothing_endless_is_read(
    ehr: str, path: str, words: str
) -> None:
    with pytest.raises(Unreadable, match=words) as why:
        busy_address.fetch(ehr + path)
    assert "localhost" not in str(why.value)


def test_a_stranger_certificate_is_no_calendar(ehr: str) -> None:
    with pytest.raises(Unreadable, match="certificate"):
        busy_address.fetch(ehr, trust=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


@pytest.mark.parametrize(
    "address",
    [
        "http://ehr.example.com/x",
        "file:///etc/passwd",
        "https://user:pw@ehr.example.com/x",
        "https:///x",
        "nonsense",
    ],
)
def test_only_https_is_read(address: str) -> None:
    with pytest.raises(Unreadable, match="has to begin with https"):
        busy_address.fetch(address)


@pytest.mark.parametrize(
    "machine",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "0.1.2.3"),
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1", "100.64.0.1"),
        *("2002:0a00:0001::1", "64:ff9b::a00:1"),
    ],
)  # fmt: skip
def test_no_machine_of_our_own_network_is_asked(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not busy_address.is_public(machine)
    found = [(None, None, None, "", ("93.184.216.34", 443)), (None, None, None, "", (machine, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: found)
    with pytest.raises(Unreadable, match="not on the public Internet"):
        busy_address.fetch("https://ehr.example.com/x")


def test_a_public_machine_is_one() -> None:
    assert busy_address.is_public("93.184.216.34")
    assert busy_address.is_public("2606:2800:220:1:248:1893:25c8:1946")

"""A mail server that does as it is told, for the tests and the measurements of delivery."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.serving import free_port


class MailServer:
    """Keeps what it accepted. `rcpt` and `data` are its answers; `wait` seconds before each.

    With `once`, each recipient meets the faults the first time only.
    """

    def __init__(self, *, once: bool = False) -> None:
        self.rcpt, self.data, self.wait, self.drop_after_data = "250 OK", "250 OK", 0.0, False
        self.once = once
        self.met: set[tuple[str, str]] = set()
        self.accepted: list[tuple[list[str], EmailMessage]] = []
        self.heard = self.port = 0

    def _is_spared(self, stage: str, address: str) -> bool:
        spared = self.once and (stage, address) in self.met
        self.met.add((stage, address))
        return spared

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        spared = self._is_spared("rcpt", address)
        await asyncio.sleep(0 if spared else self.wait)
        answer = "250 OK" if spared else self.rcpt
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.heard += 1
        spared = self._is_spared("data", envelope.rcpt_tos[0])
        answer = "250 OK" if spared else self.data
        if answer.startswith("250"):
            message = message_from_bytes(envelope.content or b"", policy=policy.default)
            self.accepted.append((list(envelope.rcpt_tos), message))  # type: ignore[arg-type]
        if self.drop_after_data and not spared:
            server.transport.abort()  # type: ignore[union-attr]
        return answer


@contextmanager
def serving(
    server: MailServer, *, port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """The server at 127.0.0.1 while it lasts; with `tls` from the first byte on (port 465)."""
    server.port = port or free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port, ssl_context=tls)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def a_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server at 127.0.0.1 shows, and the file that makes a client believe it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of the tests")])
    today = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    shown = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(shown.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file

"""Pictures for tests, good and bad."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

from PIL import Image


def a_picture(path: Path, size: tuple[int, int] = (40, 30)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (20, 60, 90)).save(path)
    return path


def a_bomb(path: Path, width: int = 30_000, height: int = 30_000) -> Path:
    """A PNG of a few kilobytes that says it is 900 megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    out = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    out.seek(0, io.SEEK_END)
    out.write(chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9_000)))
    out.write(chunk(b"IEND", b""))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue())
    return path

"""What the person at the terminal is told: a line per step, one sentence when it cannot go on."""

from __future__ import annotations

import errno
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class Sorry(Exception):
    """It cannot go on: one sentence that says what is wrong and what to do."""


class Stopped(KeyboardInterrupt):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, SIGHUP)."""


@dataclass
class Step:
    note: str = ""


def say(line: str = "") -> None:
    print(line, flush=True)


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Print the name, and when it is done its time and a note."""
    began = time.monotonic()
    at_terminal = sys.stdout.isatty()
    if at_terminal:
        print(f"  {name:<20}   ...", end="", flush=True)
    this = Step()
    try:
        yield this
    except BaseException:
        if at_terminal:
            say()
        raise
    start_of_line = "\r" if at_terminal else ""
    say(f"{start_of_line}  {name:<20} {time.monotonic() - began:5.1f} s  {this.note}".rstrip())


def disk_is_full(place: Path | str) -> Sorry:
    return Sorry(f"The disk that holds {place} is full: make room, then run this again.")


def sentence_for(error: OSError, home: Path) -> Sorry | None:
    """What an error of the operating system means to the person, where we know."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_is_full(error.filename or home)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and error.filename:
        return Sorry(
            f"{error.filename} may not be written by this user: run this as the user who owns it, "
            "or set CLINIC_HOME to a folder of your own."
        )
    if error.filename:
        return Sorry(
            f"{error.filename} cannot be used ({error.strerror}): set CLINIC_HOME to a "
            f"folder that can be written; now it is {home}."
        )
    return None


def last_words(text: str) -> str:
    """The line that says why: the last that names an error, else the last that has words."""
    lines = [line.strip() for line in text.splitlines() if re.search("[A-Za-z]{3}", line)]
    errors = [line for line in lines if re.search(r"error\b.*\w", line, re.IGNORECASE)]
    return (errors or lines or ["it said nothing"])[-1][:300]

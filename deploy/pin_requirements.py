"""Pin what the *.in files ask for: exact versions, hashes, and why each one is there.

    python3 deploy/pin_requirements.py [--upgrade]

Needs `uv`. Existing pins stay as they are unless `--upgrade` is given.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each file is held to the pins of those before it, so that all of them install together.
FILES = ("requirements", "requirements-local", "requirements-dev")
REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?\s*[=<>~!][^#]*#\s*(?P<why>.+)$")
PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)(\[[^]]*\])?==")


def reasons() -> dict[str, str]:
    """Name of each requirement -> the comment beside it in its .in file."""
    found = {}
    for name in FILES:
        for line in (ROOT / f"{name}.in").read_text().splitlines():
            if match := REQUIREMENT.match(line):
                found[match["name"].lower()] = match["why"]
    return found


def compile_pins(name: str, constraints: list[str], extra: list[str]) -> None:
    held = [part for file in constraints for part in ("-c", f"{file}.txt")]
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--no-config", *held, *extra, f"{name}.in", "-o", f"{name}.txt"]
    subprocess.run(
        command, cwd=ROOT, check=True, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    )


def add_reasons(name: str, why: dict[str, str]) -> None:
    path = ROOT / f"{name}.txt"
    lines = [f"# Made from {name}.in by deploy/pin_requirements.py. Do not edit."]
    for line in path.read_text().splitlines():
        if (match := PIN.match(line)) and match["name"] in why:
            lines.append(f"# {why[match['name']]}")
        lines.append(line)
    path.write_text("\n".join(lines) + "\n")


def main() -> None:
    extra = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    why = reasons()
    for number, name in enumerate(FILES):
        compile_pins(name, list(FILES[:number]), extra)
        add_reasons(name, why)


if __name__ == "__main__":
    main()

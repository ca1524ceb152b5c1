"""The .venv of this checkout: made with uv where it is present, else with venv and pip."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from clinic_site.start.processes import Failed, run
from clinic_site.start.told import Sorry, disk_is_full, last_words, step

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
STAMP = VENV / "installed.json"
ROOM_NEEDED = 700 * 1024 * 1024


def enter(requirements: str) -> None:
    """Go on in .venv's Python, with everything in `requirements` installed at its pinned version.

    Returns when we already are there; otherwise this program begins again inside.
    """
    with (ROOT / ".venv.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_installed(requirements):
            with step("Python packages") as this:
                this.note = _install(requirements)
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(PYTHON, [PYTHON, *sys.argv])  # noqa: S606


def _digest(requirements: str) -> str:
    return hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()


def _is_installed(requirements: str) -> bool:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    return stamp.get(requirements) == _digest(requirements) and _venv_works(stamp.get("python"))


def _venv_works(version: object = None) -> bool:
    """Whether its interpreter still runs, and as the version it was made for."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return True
    try:
        asked = subprocess.run(
            [PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
        )
    except OSError:
        return False
    return asked.returncode == 0 and version in (None, asked.stdout.strip())


def _install(requirements: str) -> str:
    """Returns a note. A .venv that could not be completed is removed again."""
    if shutil.disk_usage(ROOT).free < ROOM_NEEDED:
        raise disk_is_full(ROOT)
    uv = None if os.environ.get("CLINIC_INSTALLER") == "pip" else shutil.which("uv")
    try:
        stamp = json.loads(STAMP.read_text()) if _venv_works() else {}
    except (OSError, ValueError):
        stamp = {}
    STAMP.unlink(missing_ok=True)
    try:
        try:
            used = _with_uv(uv, requirements, anew=not stamp) if uv else None
        except Failed as failed:
            if "No space left" in str(failed):
                raise
            used, stamp = None, {}  # its settings differ from pip's: another mirror, no certificate
        if used is None:
            used = _with_pip(requirements, anew=not stamp or not _has_pip())
    except Failed as failed:
        shutil.rmtree(VENV, ignore_errors=True)
        if "No space left" in str(failed):
            raise disk_is_full(ROOT) from None
        log = ROOT / ".venv.log"
        log.write_text(str(failed))
        raise Sorry(
            f"The Python packages could not be installed ({last_words(str(failed))}): check that "
            f"this machine reaches its package index, then run this again. All it said: {log}"
        ) from None
    except BaseException:
        shutil.rmtree(VENV, ignore_errors=True)
        raise
    version = "{}.{}".format(*sys.version_info[:2])
    covered = {requirements}
    if requirements == "requirements-dev.txt":
        covered |= {"requirements-local.txt", "requirements.txt"}
    STAMP.write_text(json.dumps({"python": version} | {name: _digest(name) for name in covered}))
    return used


def _with_uv(uv: str, requirements: str, *, anew: bool) -> str:
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    env.pop("VIRTUAL_ENV", None)
    if anew:
        shutil.rmtree(VENV, ignore_errors=True)
        python = getattr(sys, "_base_executable", sys.executable)
        run([uv, "venv", "--no-project", "--python", python, str(VENV)], env=env, cwd=ROOT)
    command = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes"]
    run([*command, "-r", requirements], env=env, cwd=ROOT)
    return "with uv"


def _with_pip(requirements: str, *, anew: bool) -> str:
    if anew:
        if importlib.util.find_spec("ensurepip") is None:
            version = "{}.{}".format(*sys.version_info[:2])
            raise Sorry(
                "This Python cannot make a virtual environment because its module ensurepip is "
                f"missing: on Debian or Ubuntu run `apt-get install python{version}-venv`, "
                "or install uv, then run this again."
            )
        shutil.rmtree(VENV, ignore_errors=True)
        python = getattr(sys, "_base_executable", sys.executable)
        run([python, "-m", "venv", str(VENV)], env=os.environ, cwd=ROOT)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes", "-r", requirements]
    run(command, env=os.environ, cwd=ROOT)
    return "with pip"


def _has_pip() -> bool:
    return any(VENV.glob("lib/python*/site-packages/pip/__main__.py"))

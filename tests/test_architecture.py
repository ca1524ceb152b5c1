"""What may know what, in one line:

practice ← correspondence ← procedures ← appointments ← reviews ← clinic_site

A name on the left never imports one on its right.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = ["practice", "correspondence", "procedures", "appointments", "reviews", "clinic_site"]
BESIDE_START = ("embedded_postgres", "postgres_programs", "throw_away_postgres", "serving")
FORBIDDEN_NAMES = {"core", "common", "utils", "helpers", "misc", "base"}


def sources(app: str) -> Iterator[Path]:
    for path in sorted((ROOT / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that the file imports, anywhere in it, with the line; `from a import b` is
    both `a` and `a.b`, because b may be a module. What only the type checker reads is left out."""
    tree = ast.parse(path.read_text())
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            base = ".".join(part for part in (start, node.module or "") if part)
            yield base, node.lineno
            for name in node.names:
                yield f"{base}.{name.name}", node.lineno


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("app", ORDER)
def test_an_app_knows_only_apps_on_its_left(app: str) -> None:
    right = ORDER[ORDER.index(app) + 1 :]
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in sources(app)
        for module, line in imports(path)
        if any(is_in(module, other) for other in right)
    ]
    assert wrong == []


@pytest.mark.parametrize("app", ORDER[:-1])
def test_models_import_no_other_module_of_their_app(app: str) -> None:
    models = {f"{app}.models"}
    files = [path for path in sources(app) if is_in(module_name(path), f"{app}.models")]
    assert files, f"{app} has no models"
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in files
        for module, line in imports(path)
        if is_in(module, app) and module != app and not any(is_in(module, one) for one in models)
    ]
    assert wrong == []


def views() -> set[str]:
    return {
        module_name(path)
        for app in ORDER
        for path in sources(app)
        if path.stem == "views" or path.parent.name == "views"
    }


def test_views_are_imported_by_urls_alone() -> None:
    """A view that another module wants holds something that belongs elsewhere."""
    found = views()
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for app in ORDER
        for path in sources(app)
        if path.stem != "urls"
        for module, line in imports(path)
        if module in found and "views" not in path.parts  # a package of views is one room
    ]
    assert wrong == []


def test_views_reach_patients_only_through_access() -> None:
    """`access.py` is the only way from a request to a patient's row."""
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for app in ORDER
        for path in sources(app)
        if module_name(path) in views()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "Appointment.objects" in line or "Patient.objects" in line
    ]
    assert wrong == []


def test_no_module_is_a_drawer_for_everything() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for app in ORDER
        for path in sources(app)
        if FORBIDDEN_NAMES & set(path.relative_to(ROOT).with_suffix("").parts)
    ]
    assert wrong == []


def test_one_clock() -> None:
    """Only practice/clock.py asks what time it is; SQL never does."""
    asks = ("timezone.now(", "datetime.now(", "date.today(", "datetime.utcnow(", "localdate()")
    asks_sql = ("CURRENT_TIMESTAMP", "TransactionNow(", "functions import Now", "Now()")
    start = ROOT / "clinic_site" / "start"
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for app in ORDER
        for path in sources(app)
        if path != ROOT / "practice" / "clock.py" and start not in path.parents
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(word in line for word in (*asks, *asks_sql)) and not line.strip().startswith("#")
    ]
    assert wrong == []


def test_what_starts_the_site_needs_nothing_installed() -> None:
    """run.py and what it imports use the standard library alone."""
    import sys

    files = [ROOT / "run.py", *(ROOT / "clinic_site" / "start").glob("*.py")]
    files += [ROOT / "clinic_site" / f"{name}.py" for name in BESIDE_START]
    beside = ROOT / "clinic_site" / "start" / "database_facts.py"  # a program of its own
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in files
        if path != beside
        for module, line in imports(path)
        if module.split(".")[0] not in {*sys.stdlib_module_names, "clinic_site"}
        or is_in(module, "clinic_site.settings")
    ]
    assert wrong == []

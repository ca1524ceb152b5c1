"""What deploy/nginx.conf keeps out of the web server's log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CONF = (Path(__file__).resolve().parent.parent.parent / "deploy/nginx.conf").read_text()


def logged(path: str) -> str:
    """What `map $uri $clinic_logged` makes of an address: the first pattern that fits."""
    found = re.search(r"map \$uri \$clinic_logged \{(.*?)\n\}", CONF, re.DOTALL)
    assert found is not None
    for pattern, instead in re.findall(r"^\s*~(\S+)\s+(\S+);", found[1], re.MULTILINE):
        if match := re.search(pattern, path):
            return str(instead).replace("$1", (match[1] or "") if match.groups() else "")
    return path


@pytest.mark.parametrize("language", ["", "/es"])
@pytest.mark.parametrize("address", ["/r/invited/", "/r/mine/"])
def test_the_token_of_a_review_is_not_in_the_log(language: str, address: str) -> None:
    path = logged(f"{language}{address}s3cr3t-t0ken/")
    assert "s3cr3t" not in path
    assert path.startswith(language + address)


def test_the_token_of_a_visit_is_not_in_the_log() -> None:
    assert logged("/a/s3cr3t-t0ken/") == "/a/***"
    assert logged("/es/a/s3cr3t-t0ken/") == "/es/a/***"


@pytest.mark.parametrize(
    "path", ["/reviews/", "/r/mine/", "/r/mine/take-back/", "/es/r/mine/appeal/", "/r/report/7/"]
)
def test_what_holds_no_token_is_logged_as_it_is(path: str) -> None:
    assert logged(path) == path

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
NAMES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*")
    if path.suffix in {".html", ".txt"}
)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("emails/")])
def test_a_template_holds_no_script_or_style_of_its_own(name: str) -> None:
    """The Content-Security-Policy would block them. (Mail programs know nothing else.)"""
    text = (TEMPLATES / name).read_text()
    inline = re.findall(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:", text)
    scripts = re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/))[^>]*>", text)
    assert inline + scripts == []

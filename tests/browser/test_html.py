"""The HTML of every public page is right, says the Nu HTML checker."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pages import get, public_paths
from tests.serving import Site

ROOT = Path(__file__).resolve().parent.parent.parent
JAR = Path(os.environ.get("VNU_JAR") or ROOT / ".ci/tools/node_modules/vnu-jar/build/dist/vnu.jar")


@pytest.mark.check
@pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java on this machine")
@pytest.mark.skipif(not JAR.exists(), reason="there is no vnu.jar (.ci/run installs it; VNU_JAR)")
def test_every_public_page_is_valid_html(served: Site, sample_site: None, tmp_path: Path) -> None:
    for path in public_paths(served.url):
        name = path.strip("/").replace("/", "_").replace("?", "_") or "home"
        (tmp_path / f"{name}.html").write_text(get(served.url + path)[1])
    assert len(list(tmp_path.glob("*.html"))) > 40
    assert len(list(tmp_path.glob("es*.html"))) > 18
    done = subprocess.run(
        ["java", "-jar", str(JAR), "--errors-only", str(tmp_path)], capture_output=True, text=True
    )
    assert done.stderr.replace(f"file:{tmp_path}/", "") == ""

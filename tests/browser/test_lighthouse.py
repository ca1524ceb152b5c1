"""What Lighthouse says of the pages about what we treat: nothing left to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHROMIUM
from tests.serving import Site

ROOT = Path(__file__).resolve().parent.parent.parent
CLI = ROOT / ".ci/tools/node_modules/lighthouse/cli/index.js"
CATEGORIES = ["accessibility", "best-practices", "seo"]
CHROME_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'"
)


@pytest.mark.check
@pytest.mark.browser
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on this machine")
@pytest.mark.skipif(not CLI.exists(), reason="there is no Lighthouse (.ci/run installs it)")
def test_lighthouse_finds_nothing_wrong_with_a_topic_in_either_language(
    served: Site, sample_site: None, tmp_path: Path
) -> None:
    for path in (
        "/procedures/kyphoplasty/",
        "/es/procedures/kyphoplasty/",
        "/conditions/vertebral-compression-fracture/",
        "/es/conditions/vertebral-compression-fracture/",
    ):
        report = looked_at(served.url + path, tmp_path / "report.json")
        assert "runtimeError" not in report
        assert faults(report) == []
        scores = {name: report["categories"][name]["score"] for name in CATEGORIES}
        assert (path, scores) == (path, dict.fromkeys(CATEGORIES, 1))


def looked_at(url: str, report: Path) -> Any:
    command = ["node", str(CLI), url, "--quiet", "--output=json", f"--output-path={report}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={CHROME_FLAGS}"]
    # A demonstration asks search engines to stay away; that a live site does not is tested
    # in tests/languages/test_search_engines.py.
    command += ["--skip-audits=is-crawlable"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "CHROME_PATH": str(CHROMIUM)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(report.read_text())


def faults(report: Any) -> list[str]:
    """Each audit that counts and is not passed."""
    return [
        f"{reference['id']}: {report['audits'][reference['id']]['title']}"
        for name in CATEGORIES
        for reference in report["categories"][name]["auditRefs"]
        if reference["weight"] and report["audits"][reference["id"]]["score"] not in (1, None)
    ]

"""What only a run needs is gone after it, also where it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT

from pipeline.pdf.fontconfig import packaged_fonts, private_fonts
from pipeline.scratch import LOCK, YOUNG, scratch

RUN = """
import sys
from pipeline.scratch import scratch
with scratch("office") as folder:
    (folder / "policy.docx").write_text("a policy")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files, for this test alone."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def age(folder: Path) -> None:
    """As if it had been made long ago."""
    os.utime(folder / LOCK, (0, (folder / LOCK).stat().st_mtime - 2 * YOUNG))


def test_a_folder_is_private_and_gone_after_its_run(temporary: Path) -> None:
    with scratch("fonts") as folder:
        assert folder.parent == temporary
        if os.name != "nt":
            assert folder.stat().st_mode & 0o077 == 0
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
def test_the_next_run_takes_away_what_a_killed_one_left_and_nothing_of_one_that_goes_on(temporary: Path) -> None:
    """Old is not enough: as long as its run goes on a folder stays. What is young, a link or not of ours stays as well."""
    command = [sys.executable, "-c", RUN]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        age(folder)
        with scratch("fonts"):
            assert (folder / "policy.docx").exists()
        run.send_signal(signal.SIGKILL)
        run.wait(60)
    (temporary / "binder-link").symlink_to(folder)
    (temporary / "binder-mine").mkdir()
    with scratch("fonts") as young:
        assert not folder.exists()
        with scratch("fonts"):
            assert young.exists()
    assert {path.name for path in temporary.iterdir()} == {"binder-link", "binder-mine"}


def test_nothing_is_written_beside_the_packaged_fonts(temporary: Path) -> None:
    with private_fonts() as file:
        copies = {path.name: path.read_bytes() for path in (file.parent / "fonts").iterdir()}
    assert copies == {path.name: path.read_bytes() for path in packaged_fonts().glob("*.ttf")}
    assert len(copies) == 4

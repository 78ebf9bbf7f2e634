"""Same inputs, same bytes: another folder, another day, another time zone, another hash seed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import LANTERN, ROOT, SHARED

from pipeline.build import Built


def test_every_file_is_the_same_in_another_folder_and_time_zone(packages: dict[str, Built], tmp_path: Path) -> None:
    """A second process in a copy of the workspace, half a world away, makes the same package byte for byte, and keeps nothing."""
    firm = tmp_path / "a firm's folder, elsewhere"
    for name in SHARED:
        shutil.copytree(ROOT / name, firm / name)
    shutil.copytree(ROOT / "practices" / LANTERN, firm / "practices" / LANTERN)
    environment = {**os.environ, "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7", "LC_ALL": "C", "HOME": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-m", "pipeline", "build", LANTERN, "--no-cache"],
        cwd=firm,
        env={**environment, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    first, second = packages[LANTERN].target, firm / "build" / LANTERN / "2026.1"
    names = sorted(p.relative_to(first).as_posix() for p in first.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(second).as_posix() for p in second.rglob("*") if p.is_file())
    assert [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()] == []
    assert not (firm / "build" / ".cache").exists()


def test_the_clock_is_not_read(packages: dict[str, Built]) -> None:
    """The only days in a package are those of its inputs: its files are dated 1980, its documents as of the analysis."""
    import zipfile

    for file in packages[LANTERN].target.rglob("*.docx"):
        with zipfile.ZipFile(file) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert b"2026-10-05T00:00:00Z" in archive.read("docProps/core.xml")

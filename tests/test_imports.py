"""What a command imports before it does anything: whoever only asks does not wait for the libraries that make documents."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LANTERN

from pipeline.workspace import Workspace

HEAVY = (
    "docx", "docx_trackdiff", "docxtpl", "dxpdf", "fontTools", "icalendar", "jsonschema", "lxml", "multiprocessing", "openpyxl", "pikepdf",
    "pptx", "pypdf", "pypdfium2",
)  # fmt: skip
RUN = "import sys; from pipeline.cli import main; main(sys.argv[2:], standalone_mode=False); print(*sys.modules, file=open(sys.argv[1], 'w'))"


def imported(project: Workspace, told: Path, *arguments: str) -> list[str]:
    """The heavy libraries that a command imports, in a process of its own."""
    command = [sys.executable, "-c", RUN, str(told), "--workspace", str(project.root), *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    modules = set(told.read_text("utf-8").split())
    return [name for name in HEAVY if name in modules]


@pytest.mark.parametrize("command", ["--help", "build --help", "list", f"status {LANTERN} --json"])
def test_a_command_that_only_asks_imports_no_heavy_library(command: str, project: Workspace, tmp_path: Path) -> None:
    """Neither Word nor Excel, neither XML nor PDF, no fonts, no other processes."""
    assert imported(project, tmp_path / "modules.txt", *command.split()) == []


def test_a_command_that_opens_a_workbook_imports_what_it_needs(project: Workspace, tmp_path: Path) -> None:
    """Positive control: what is imported is seen."""
    assert {"lxml", "openpyxl"} <= set(imported(project, tmp_path / "modules.txt", "text", str(project.forms / "L-03.xlsx")))

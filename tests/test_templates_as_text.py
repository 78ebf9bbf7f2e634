"""`binder text` prints what stands in a Word or Excel file, so that `git diff` shows a changed word of a template."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import ROOT
from docx import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from openpyxl import load_workbook

from pipeline.cli import main
from pipeline.render.parts import read_parts, write_parts

WORD = sorted((ROOT / "templates_docx").glob("*.docx"))
EXCEL = sorted((ROOT / "forms_xlsx").glob("*.xlsx"))
POLICY, LOG = ROOT / "templates_docx" / "SEC-10.docx", ROOT / "forms_xlsx" / "L-03.xlsx"
BODY, SHEET = "word/document.xml", "xl/worksheets/sheet1.xml"
Change = Callable[[dict[str, bytes]], object]


def text_of(file: Path) -> Result:
    """What `binder text` does with this file."""
    return CliRunner().invoke(main, ["text", str(file)])


def squashed(text: str) -> str:
    return "".join(text.split())


def paragraphs(file: Path) -> list[str]:
    """Every paragraph of body, footer and header that holds a text, as python-docx reads them."""
    document = Document(str(file))
    roots = [document.element.body]
    for section in document.sections:
        roots += [section.footer._element, section.header._element]
    found = [squashed(Paragraph(p, document).text) for root in roots for p in root.iter(qn("w:p"))]
    return [text for text in found if text]


@pytest.mark.parametrize("file", WORD, ids=lambda file: file.stem)
def test_each_paragraph_of_a_word_template_has_a_line(file: Path) -> None:
    """In tables, header and footer too, and in the order of the document."""
    done = text_of(file)
    assert done.exit_code == 0
    lines = [squashed(line) for line in done.stdout.splitlines() if not line.startswith("--- word/")]
    expected = paragraphs(file)
    assert len(lines) == len(expected)
    assert [text for line, text in zip(lines, expected, strict=True) if not line.endswith(text)] == []


@pytest.mark.parametrize("file", EXCEL, ids=lambda file: file.stem)
def test_each_filled_cell_of_a_workbook_has_a_line_with_its_address(file: Path) -> None:
    """Sheet by sheet; of a drop-down all its choices."""
    done = text_of(file)
    assert done.exit_code == 0
    for sheet in load_workbook(file).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert f"{sheet.title}!{cell.coordinate}: {cell.value}" in done.stdout
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                assert f"{sheet.title}!{rule.sqref}: choices {rule.formula1}\n" in done.stdout


def test_a_column_for_days_is_shown_as_one() -> None:
    """A cell that takes a date only has no choices to be shown."""
    assert re.search(r"^Log!D\d+:D\d+: a date$", text_of(LOG).stdout, re.MULTILINE)


def test_header_and_footer_of_a_sheet_are_shown() -> None:
    """They are printed on each page, and hold names like the cells do."""
    printed = text_of(LOG).stdout
    footer = load_workbook(LOG).worksheets[0].oddFooter
    for part in (footer.left, footer.right):
        assert part.text
        assert part.text in printed


# --- in git


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """git("diff") runs in a small repository that has the attributes of the project and its command for office files."""
    home = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": ""}

    def run(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=tmp_path, env=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("init", "--quiet")
    run("config", "user.name", "Consultant")
    run("config", "user.email", "consultant@example.org")
    run("config", "diff.office.textconv", f'"{Path(sys.executable).parent / "binder"}" text')
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    for file in (POLICY, LOG):
        shutil.copy(file, tmp_path)
    run("add", ".")
    run("commit", "--quiet", "--message", "As it was")
    return run


def changed_lines(diff: str) -> list[str]:
    """What a diff takes away and adds, without its headings."""
    hunks = re.split(r"^@@.*\n", diff, flags=re.MULTILINE)[1:]
    return [line for hunk in hunks for line in hunk.splitlines() if line[:1] in "+-"]


def with_part(file: Path, name: str, old: bytes, new: bytes) -> bytes:
    """The file with one change of one part."""
    parts = read_parts(file.read_bytes())
    assert parts[name].count(old) == 1
    parts[name] = parts[name].replace(old, new)
    return write_parts(parts)


def test_a_changed_word_of_a_policy_is_one_changed_line(git: Callable[..., str], tmp_path: Path) -> None:
    """The sentence as it was and as it is; nothing else of the file is shown."""
    (tmp_path / POLICY.name).write_bytes(with_part(POLICY, BODY, b"never use, lend or borrow", b"never use, give or borrow"))
    taken, added = changed_lines(git("diff"))
    assert taken.startswith("-")
    assert added == taken.replace("lend", "give").replace("-", "+", 1)


def test_a_changed_choice_of_a_log_is_one_changed_line(git: Callable[..., str], tmp_path: Path) -> None:
    """What stands in a drop-down is shown with the cells it belongs to."""
    (tmp_path / LOG.name).write_bytes(with_part(LOG, SHEET, b"Both,No updates,No guard", b"Both,No update,No guard"))
    taken, added = changed_lines(git("diff"))
    assert re.match(r'-Log!H\d+:H\d+: choices "Both,No updates,No guard,', taken)
    assert added == taken.replace("updates", "update").replace("-", "+", 1)


def test_a_file_that_was_only_saved_anew_shows_no_changed_line(git: Callable[..., str], tmp_path: Path) -> None:
    """Word packs the same text differently each time; that is no change of the text."""
    parts = read_parts(POLICY.read_bytes())
    parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(b"</Properties>", b"<Company/></Properties>")
    (tmp_path / POLICY.name).write_bytes(write_parts(parts))
    assert POLICY.name in git("status", "--porcelain")
    assert changed_lines(git("diff")) == []


def test_without_the_command_git_shows_no_word(git: Callable[..., str], tmp_path: Path) -> None:
    """The control: the same change, and nobody can tell from the diff what it was."""
    git("config", "--unset", "diff.office.textconv")
    (tmp_path / POLICY.name).write_bytes(with_part(POLICY, BODY, b"never use, lend or borrow", b"never use, give or borrow"))
    assert changed_lines(git("diff")) == []
    assert f"Binary files a/{POLICY.name} and b/{POLICY.name} differ" in git("diff")


# --- what cannot be read


def spoilt(file: Path, change: Change) -> bytes:
    parts = read_parts(file.read_bytes())
    change(parts)
    return write_parts(parts)


def assert_said(data: bytes, file: Path) -> None:
    """A message that names the file, exit code 2, nothing on the other stream, no sign of a crash."""
    file.write_bytes(data)
    done = text_of(file)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    said = "The file is empty." if not data else f"{file} cannot be read as a Word, Excel or PowerPoint file."
    assert str(file) in done.stderr
    assert said in done.stderr
    assert not re.search("Traceback|should not happen", done.stderr)


# kind of file → its bytes
UNREADABLE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "a text": lambda: b"SEC-10 Passwords and authentication",
    "cut off": lambda: POLICY.read_bytes()[:9000],
    "cut off at the end": lambda: LOG.read_bytes()[:-40],
    "locked with a password": lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096),
    "with macros": lambda: spoilt(POLICY, lambda parts: parts.__setitem__("word/vbaProject.bin", b"x")),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_office_file_is_said_to_be_none(kind: str, tmp_path: Path) -> None:
    """Whatever it is that carries the name of a template."""
    assert_said(UNREADABLE[kind](), tmp_path / "SEC-10.docx")


# part that is damaged → its file and what becomes of it
DAMAGED: dict[str, tuple[Path, Change]] = {
    "text": (POLICY, lambda parts: parts.__setitem__(BODY, parts[BODY][:-30])),
    "footer": (POLICY, lambda parts: parts.__setitem__("word/footer1.xml", b"<w:ftr")),
    "sheet": (LOG, lambda parts: parts.__setitem__(SHEET, parts[SHEET][:-30])),
    "styles": (LOG, lambda parts: parts.__setitem__("xl/styles.xml", b"<styleSheet")),
    "no workbook": (LOG, lambda parts: parts.pop("xl/workbook.xml")),
    "no text": (POLICY, lambda parts: parts.pop(BODY)),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_file_that_is_damaged_inside_is_said_to_be_damaged(kind: str, tmp_path: Path) -> None:
    """The archive is whole, and a part in it is not."""
    file, change = DAMAGED[kind]
    assert_said(spoilt(file, change), tmp_path / file.name)


def test_a_file_that_is_not_there_and_a_folder_are_said(tmp_path: Path) -> None:
    """Exit code 2 as for any wrong call."""
    for place in (tmp_path / "SEC-10.docx", tmp_path):
        done = text_of(place)
        assert done.exit_code == 2
        assert done.stdout == ""

"""The nine-clinician example over three years: issued, edited by hand, assessed anew, issued again; what changed is proved."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, copied_workspace
from docx import Document
from lxml import etree
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator
from years import edits
from years.story import a_year_later

from pipeline.build import Options, build
from pipeline.compare.redline import relinked, verify_redline
from pipeline.compared import compare_editions
from pipeline.editions import GENERATED, PACKAGE, read_editions, side_of
from pipeline.edits import find_edits, keep_edits
from pipeline.errors import Problem, ProblemsFound
from pipeline.history import look_back
from pipeline.issue import issue
from pipeline.lint.leftovers import find_leftovers
from pipeline.plan import POLICIES
from pipeline.publish import read_manifest
from pipeline.render.draft import MARK
from pipeline.render.parts import W, parse, read_parts, write_parts
from pipeline.render.text import office_text
from pipeline.workspace import Workspace

TODAY = date(2029, 1, 2)
EDITIONS = ("2026.1", "2027.1", "2028.1")
LONG = 20  # shorter texts, such as a name, may stand elsewhere too
THREADS = "Texts, calls and voicemail since 2022"
APPROVED = (date(2026, 9, 30), date(2027, 10, 1), date(2028, 10, 2))


@dataclass
class Lived:
    """What came of three years. made: the hand edits by edition; vendor: why 2027.1 could not be issued at first; warnings,
    report, refused: of the third draft."""

    root: Path
    made: dict[str, list[edits.HandEdit]] = field(default_factory=dict)
    vendor: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    report: str = ""
    refused: tuple[Problem, ...] = ()

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root)

    def package(self, edition: str) -> Path:
        return self.root / "practices" / JUNIPER / "issued" / edition / PACKAGE

    def file(self, edition: str, document: str) -> bytes:
        manifest = read_manifest(self.package(edition))
        assert manifest
        (path,) = (entry["path"] for entry in manifest["artifacts"] if entry["id"] == document)
        return (self.package(edition) / path).read_bytes()


def quiet(_: str) -> None:
    """Nobody watches."""


def live_through(folder: Path) -> Lived:
    """Three years of a practice as a consultant spends them."""
    lived = Lived(folder)
    workspace = copied_workspace(folder, JUNIPER)
    practice = workspace.practices / JUNIPER
    issue(workspace, JUNIPER, Options(), APPROVED[0], TODAY, quiet)
    lived.made["2026.1"] = by_hand(lived, "2026.1", edits.FIRST_YEAR)
    a_year_later(practice, "2027")
    with pytest.raises(ProblemsFound) as raised:
        issue(workspace, JUNIPER, Options(), APPROVED[1], TODAY, quiet)
    lived.vendor = tuple(raised.value.problems)
    forget_vendor(lived)
    issue(workspace, JUNIPER, Options(), APPROVED[1], TODAY, quiet)
    lived.made["2027.1"] = by_hand(lived, "2027.1", edits.SECOND_YEAR)
    a_year_later(practice, "2028")
    built = build(workspace, JUNIPER, Options(), quiet)
    lived.warnings = built.warnings
    lived.report = built.target.with_name("2028.1-edits.md").read_text("utf-8")
    with pytest.raises(ProblemsFound) as raised:
        issue(workspace, JUNIPER, Options(), APPROVED[2], TODAY, quiet)
    lived.refused = tuple(raised.value.problems)
    for file in built.target.glob("02-policies/*.docx"):
        without_comments(file)
    keep_edits(workspace, JUNIPER, find_edits(workspace, JUNIPER, [], None))
    issue(workspace, JUNIPER, Options(), APPROVED[2], TODAY, quiet)
    return lived


def by_hand(lived: Lived, edition: str, work: tuple[Callable[[Path], list[edits.HandEdit]], ...]) -> list[edits.HandEdit]:
    """The practice gets a copy, edits it, sends it back, and the edits are kept."""
    client = lived.root / "from the client" / edition
    shutil.copytree(lived.package(edition), client)
    for path in (client, *client.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    made = [edit for function in work for edit in function(client)]
    if edition == "2027.1":
        made += edits.save_in_libreoffice(client, lived.root / "profile of LibreOffice")
    keep_edits(lived.workspace, JUNIPER, find_edits(lived.workspace, JUNIPER, [client], None))
    return made


def forget_vendor(lived: Lived) -> None:
    """The vendor is gone, so the consultant takes back what was written about it."""
    client = lived.root / "from the client" / "2026.1"
    (file,) = client.glob("*/L-11 *.xlsx")
    book = load_workbook(file)
    (cell,) = (cell for row in book["Log"].iter_rows() for cell in row if cell.value == THREADS)
    cell.value = None
    book.save(file)
    keep_edits(lived.workspace, JUNIPER, find_edits(lived.workspace, JUNIPER, [file], None))


def without_comments(file: Path) -> None:
    """Decide for the edited text: delete the comments, as in Word."""
    parts = read_parts(file.read_bytes())
    if "word/comments.xml" not in parts:
        return
    root = parse(parts["word/document.xml"])
    for name in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        for element in list(root.iter(f"{W}{name}")):
            holder = element.getparent()
            assert holder is not None
            holder.remove(element)
    comments = parse(parts["word/comments.xml"])
    comments[:] = []
    parts["word/document.xml"], parts["word/comments.xml"] = etree.tostring(root), etree.tostring(comments)
    file.write_bytes(write_parts(parts))


@pytest.fixture(scope="session")
def lived(once: Callable[..., dict[str, Any]]) -> Lived:
    """Lived through once for all tests."""
    found: Lived = once({"three-editions": live_through})["three-editions"]
    return found


def text_of(data: bytes) -> str:
    """All text of a file, with single spaces."""
    return " ".join(office_text(data).split())


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_three_editions_stand_whole_and_in_a_chain(lived: Lived) -> None:
    """Each was in effect until the next was approved; none of their files was touched by what came after."""
    kept = look_back(lived.workspace, JUNIPER)
    assert [one.issued.edition for one in kept] == [*EDITIONS]
    assert [one.issued.approved for one in kept] == [*APPROVED]
    assert not any(one.problems for one in kept)
    assert kept[0].keep == date(2033, 10, 1)


def test_no_issued_page_carries_the_mark_and_each_carries_the_day_of_its_approval(lived: Lived) -> None:
    """Approver and day stand in document control and at the signature."""
    for edition, day in zip(EDITIONS, ("September 30, 2026", "October 1, 2027", "October 2, 2028"), strict=True):
        policy = text_of(lived.file(edition, "SEC-01"))
        assert policy.count(day) >= 2
        for path in lived.package(edition).rglob("*.[dxp]*x"):
            assert not any(MARK.encode() in part for part in read_parts(path.read_bytes()).values()), path.name


@pytest.mark.parametrize("later", ["2027.1", "2028.1"])
def test_each_edit_of_the_first_year_is_in_the_later_editions(lived: Lived, later: str) -> None:
    """Sentences, statements, rows, cells and sheets; what was taken out stays out, and nothing stands twice."""
    for edit in lived.made["2026.1"]:
        if edit.after == THREADS:
            continue  # the vendor is gone; see the next test
        text = text_of(lived.file(later, edit.document))
        for part in filter(None, edit.after.split(" · ")):
            assert squeezed(part) in text, (later, edit)
            assert text.count(squeezed(part)) == 1 or edit.kind == "formatted" or len(part) < LONG, (later, edit)
        if edit.kind in ("removed", "changed") and edit.before and edit.before not in edit.after:
            assert squeezed(edit.before) not in text, (later, edit)


def test_what_was_written_about_a_vendor_that_is_gone_is_not_lost(lived: Lived) -> None:
    """It keeps the edition from being issued until somebody decides; what was taken back then lies among what was set aside."""
    assert [problem.where.split(",")[0] for problem in lived.vendor] == [
        "03-forms-and-logs/L-11 Business associate register.xlsx"
    ]
    (aside,) = (lived.root / "practices" / JUNIPER / "overlays" / "superseded").glob("*L-11.edited.xlsx")
    assert THREADS in text_of(aside.read_bytes())
    assert THREADS not in text_of(lived.file("2027.1", "L-11"))


def test_each_edit_of_the_second_year_is_in_the_third_edition(lived: Lived) -> None:
    """Also from the file that the client renamed, and from the one that LibreOffice saved."""
    for edit in lived.made["2027.1"]:
        if edit.kind == "renamed":
            continue  # the package gives its files their names
        text = text_of(lived.file("2028.1", edit.document))
        for part in filter(None, edit.after.split(" · ")):
            # two paragraphs of a cell are told with a comma between them, a cell of a log with its row and a colon
            assert squeezed(part) in text or all(piece in text for piece in re.split(", |: ", part)), edit


def test_where_both_sides_changed_a_passage_the_consultant_decides(lived: Lived) -> None:
    """The draft warns by file, its report shows the three texts, and it cannot be issued before."""
    wheres = {problem.where for problem in lived.warnings if "generated otherwise now" in problem.what}
    assert {where.split("/")[1][:6] for where in wheres} >= {"SEC-10", "SEC-11"}
    assert edits.CALL_BY_HAND in lived.report
    assert edits.CALL_2028 in lived.report
    assert {"SEC-10", "SEC-11"} <= {problem.where.split("/")[1][:6] for problem in lived.refused}
    assert all("generated otherwise now" in problem.what for problem in lived.refused)


def test_after_the_decision_the_edited_text_stands_alone(lived: Lived) -> None:
    """No comment is left in any issued file."""
    text = text_of(lived.file("2028.1", "SEC-11"))
    assert edits.CALL_BY_HAND in text
    assert edits.CALL_2028 not in text
    for edition in EDITIONS:
        for path in lived.package(edition).rglob("*.docx"):
            assert b"<w:comment " not in read_parts(path.read_bytes()).get("word/comments.xml", b""), path.name


def test_bold_set_by_hand_is_still_bold(lived: Lived) -> None:
    """Formatting is an edit too."""
    document = Document(io.BytesIO(lived.file("2028.1", "SEC-10")))
    (paragraph,) = (one for one in document.paragraphs if "could read on our website" in one.text)
    assert "a client could read on our website" in "".join(run.text for run in paragraph.runs if run.bold)


def test_an_added_sheet_and_row_go_on(lived: Lived) -> None:
    """With their values, in a workbook that Excel's rules allow."""
    book = load_workbook(io.BytesIO(lived.file("2028.1", "L-11")))
    assert "Who to call" in book.sheetnames
    values = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert values.count("Bell & Moss Interpreters") == 1


@pytest.mark.parametrize(("old", "new"), [("2026.1", "2027.1"), ("2027.1", "2028.1")])
def test_each_changed_policy_has_a_redline_that_leads_from_the_old_to_the_new(lived: Lived, old: str, new: str) -> None:
    """Accepting all gives the new text, rejecting all the old; by our own check and that of another program."""
    issued, _ = read_editions(lived.workspace, JUNIPER)
    then, now = (side_of(next(one for one in issued if one.edition == edition), edition) for edition in (old, new))
    (record,) = (one for one in issued if one.edition == new)
    changed = {id for id, revised in record.revised.items() if revised.changed and id in then.files}
    redlines = {id.removeprefix("RL-"): file for id, file in now.files.items() if id.startswith("RL-")}
    assert changed == redlines.keys() != set()
    paths = {file.path for file in now.files.values()}
    for id, file in redlines.items():
        before, after = (relinked(side.files[id].data, POLICIES, paths) for side in (then, now))
        assert verify_redline(file.data, before, after) == [], id


@pytest.mark.parametrize("edition", ["2027.1", "2028.1"])
def test_libreoffice_and_the_open_xml_rules_take_what_was_merged_and_compared(
    lived: Lived, edition: str, tmp_path: Path, outside: Callable[..., str]
) -> None:
    """Every file with hand edits, every redline, and the documents of section 08."""
    folder = lived.package(edition)
    edited = [path.relative_to(folder.parent / GENERATED) for path in (folder.parent / GENERATED).rglob("*.*")]
    assert len(edited) >= 5
    chosen = [folder / path for path in edited] + sorted((folder / "08-changes").iterdir())
    copies = []
    for path in chosen:
        copies.append(tmp_path / path.name)
        shutil.copyfile(path, copies[-1])
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    outside("soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", tmp_path / "pdf", *copies)
    assert {path.stem for path in (tmp_path / "pdf").iterdir()} == {path.stem for path in copies}
    validator = OpenXmlValidator()
    for copy in copies:
        assert validator.validate(copy).is_valid, copy.name
        assert not list(find_leftovers(copy.read_bytes(), copy.name))


def test_the_revision_history_of_a_policy_tells_each_edition_with_its_reason(lived: Lived) -> None:
    """One line for each edition, oldest first."""
    issued, _ = read_editions(lived.workspace, JUNIPER)
    last = issued[-1]
    assert len(last.revised) == len(list(lived.package("2028.1").glob("02-policies/*")))
    for id, revised in last.revised.items():
        text = text_of(lived.file("2028.1", id))
        history = text[text.index("Revision history") :]
        assert re.search(r"2026\.1 .*2027\.1 .*2028\.1 ", history.replace("|", " ").replace("TableText:", " ")), id
        assert squeezed(revised.reason) in history, id


def test_the_memo_speaks_of_people_systems_and_risks_of_this_year(lived: Lived) -> None:
    """In words that the owner knows."""
    memo = text_of(lived.file("2028.1", "CH-01"))
    for told in ("Redmond", "Cedar Notes", "Tobias", "2027.1"):
        assert told in memo, told


def test_the_register_shows_the_trend_over_all_editions(lived: Lived) -> None:
    """A sheet with a line for each edition."""
    book = load_workbook(io.BytesIO(lived.file("2028.1", "R-02")))
    values = [str(cell.value) for sheet in book.worksheets if "rend" in sheet.title for row in sheet.iter_rows() for cell in row]
    assert {edition for edition in EDITIONS if any(edition in value for value in values)} == {*EDITIONS}


def test_two_issued_editions_can_be_compared_at_any_time(lived: Lived) -> None:
    """From what is frozen, and with the same result for the documents as the day they were issued."""
    found = compare_editions(lived.workspace, JUNIPER, "2026.1", "2028.1")
    assert {one.state for one in found.findings} >= {"better", "closed", "new", "ended"}
    assert any(fact.what.startswith("Spruce") and fact.state == "gone" for fact in found.facts)

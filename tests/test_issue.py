"""What keeps an edition from being issued is said before anything is built."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import Result
from issued import SLUG, put
from openpyxl import Workbook
from openpyxl.comments import Comment

from pipeline.build import Options
from pipeline.errors import ProblemsFound, UsageError
from pipeline.issue import has_remarks, issue
from pipeline.publish import publish
from pipeline.render.parts import read_parts
from pipeline.workspace import Workspace

AS_OF, TODAY = date(2026, 10, 5), date(2026, 12, 1)


def refused(workspace: Workspace, approved: date, **options: object) -> str:
    """The message of an issue that must fail before it builds anything."""

    def told(stage: str) -> None:
        assert "Writing" not in stage

    with pytest.raises((UsageError, ProblemsFound)) as raised:
        issue(workspace, SLUG, Options(**options), approved, TODAY, told)
    if isinstance(raised.value, ProblemsFound):
        return "\n".join(map(str, raised.value.problems))
    return str(raised.value)


@pytest.mark.parametrize("approved", [date(2026, 10, 4), date(2026, 12, 2), date(1999, 1, 1)])
def test_an_edition_is_approved_between_its_day_and_today(workspace: Workspace, approved: date) -> None:
    """Nobody approves what was not analysed yet, or tomorrow."""
    assert "approved on a day from 2026-10-05" in refused(workspace, approved)


def test_an_issued_number_is_never_used_again(workspace: Workspace) -> None:
    """Nor one that would come before it."""
    put(workspace, "2026.2", "2026-10-05")
    assert "2026.2 is issued and never changes" in refused(workspace, TODAY, edition="2026.2")
    assert "would come before 2026.2" in refused(workspace, TODAY, edition="2026.1")


def test_an_edition_is_not_older_than_the_one_before(workspace: Workspace) -> None:
    """An analysis that was recorded late, or a clock set back."""
    put(workspace, "2026.1", "2026-11-01")
    assert "is not older than the one before" in refused(workspace, TODAY)


def test_edits_that_nobody_kept_stop_the_issue(workspace: Workspace) -> None:
    """They would be missing in what the practice approves; a foreign file in the draft too."""
    draft = workspace.build / SLUG / "2026.1"
    draft.parent.mkdir(parents=True)
    entry = {"id": "SEC-01", "title": "A", "section": "02-policies", "path": "02-policies/SEC-01 A.docx", "sha256": "0" * 64}
    publish(draft, {entry["path"]: b"x"}, {"practice": SLUG, "edition": "2026.1", "artifacts": [entry]})
    (draft / "notes.docx").write_bytes(b"mine")
    told = refused(workspace, TODAY)
    assert f"build/{SLUG}/2026.1/02-policies/SEC-01 A.docx" in told
    assert f"build/{SLUG}/2026.1/notes.docx" in told
    assert f"binder edits {SLUG} --keep" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["issue", SLUG], "Missing option '--approved'"),
        (["issue", SLUG, "--approved", "5 October"], "Write the date as YYYY-MM-DD"),
        (["issue", "lantern", "--approved", "2026-10-06"], "All are listed by: binder list"),
        (["history", "example-lanten"], 'Did you mean "example-lantern"?'),
        (["history", SLUG, "--delete", "2026.1"], "Edition 2026.1 is not issued"),
        (["edits", SLUG], "Build it first"),
        (["edits", SLUG, "nowhere.docx"], "does not exist"),
        (["build", SLUG, "--edition", "26.1"], "written <year>.<number>"),
    ],
)
def test_mistakes_of_a_user_are_answered_in_words(
    workspace: Workspace, binder: Callable[..., Result], arguments: list[str], told: str
) -> None:
    """Exit code 2, no traceback, and nothing is written."""
    shown = binder(*arguments)
    assert shown.exit_code == 2
    assert told in shown.stderr
    assert not list((workspace.practices / SLUG).glob("issued/*.*"))


def test_building_under_an_issued_number_is_refused(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """Before anything is rendered."""
    put(workspace, "2026.1", "2026-10-05")
    shown = binder("build", SLUG, "--edition", "2026.1")
    assert shown.exit_code == 2
    assert "2026.1 is issued and never changes" in shown.stderr
    assert "Writing" not in shown.stderr
    assert not (workspace.build / SLUG / "2026.1").exists()


def test_remarks_that_somebody_has_to_answer_are_seen() -> None:
    """Comments in Word, notes of the program in Excel; a client's own note in a log is a record, and an empty list is none."""

    def noted(text: str) -> dict[str, bytes]:
        book, target = Workbook(), io.BytesIO()
        book.active["A1"].comment = Comment(text, "Somebody")
        book.save(target)
        return read_parts(target.getvalue())

    assert has_remarks(noted("Binder: newly generated text: 12"))
    assert not has_remarks(noted("by telephone"))
    assert has_remarks({"word/comments.xml": b'<w:comments><w:comment w:id="0"/></w:comments>'})
    assert not has_remarks({"word/comments.xml": b"<w:comments/>"})
    assert not has_remarks({})

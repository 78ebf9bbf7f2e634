"""Issued editions: frozen, checked file by file, kept for six years, never deleted earlier."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from issued import SLUG, put

from pipeline.editions import RECORD, next_edition, number_of, read_editions
from pipeline.errors import OutputError, ProblemsFound, UsageError, VerificationError
from pipeline.history import in_time, look_back, remove_edition, verify_edition, years_later
from pipeline.issue import clear_leftovers, remove_frozen
from pipeline.whole import digest
from pipeline.workspace import Workspace


@pytest.fixture
def three(workspace: Workspace) -> Iterator[Workspace]:
    """A practice with three editions, the last of which is in effect."""
    put(workspace, "2026.1", "2026-10-05")
    put(workspace, "2026.2", "2026-12-01", "2026.1")
    put(workspace, "2027.1", "2027-10-04", "2026.2")
    yield workspace
    remove_frozen(workspace.practices / SLUG / "issued")


def loosen(path: Path) -> None:
    """Make a frozen file and its folders writable, as somebody does who wants to."""
    for folder in (path.parent, *path.parent.parents[:4]):
        folder.chmod(0o700)
    if path.exists():
        path.chmod(0o600)


def test_a_frozen_edition_can_only_be_read(three: Workspace) -> None:
    """Files and folders; for everybody else they are not there at all."""
    folder = three.practices / SLUG / "issued" / "2026.1"
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o500 if path.is_dir() else 0o400)


def test_an_edition_is_never_overwritten(three: Workspace) -> None:
    """Not even with the same bytes."""
    folder = three.practices / SLUG / "issued" / "2026.1"
    before = digest(folder / RECORD)
    with pytest.raises(OutputError, match="never overwritten"):
        put(three, "2026.1", "2026-10-05")
    assert digest(folder / RECORD) == before


def test_what_a_killed_issue_left_is_cleared_by_the_next(workspace: Workspace) -> None:
    """And it is never taken for an edition."""
    issued = workspace.practices / SLUG / "issued"
    leftover = issued / ".2026.1-abc" / "package"
    leftover.mkdir(parents=True)
    (leftover / "x").write_bytes(b"x")
    leftover.chmod(0o500)
    assert read_editions(workspace, SLUG) == ((), [])
    put(workspace, "2026.1", "2026-10-05")
    assert [path.name for path in issued.iterdir()] == ["2026.1"]


def test_each_edition_is_kept_six_years_after_it_was_replaced(three: Workspace) -> None:
    """45 CFR 164.316(b)(2)(i): from its creation or the day it last was in effect, whichever is later."""
    assert [(one.issued.edition, one.until, one.keep) for one in look_back(three, SLUG)] == [
        ("2026.1", date(2026, 12, 1), date(2032, 12, 1)),
        ("2026.2", date(2027, 10, 4), date(2033, 10, 4)),
        ("2027.1", None, None),
    ]


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_six_years_are_never_short_of_a_day(day: date) -> None:
    """February 29 becomes March 1."""
    later = years_later(day, 6)
    assert later.year == day.year + 6
    assert (later - day).days >= 6 * 365


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda folder: (folder / "package/02-policies/SEC-01 A.docx").write_bytes(b"other"), "was changed"),
        (lambda folder: (folder / "package/02-policies/SEC-01 A.docx").unlink(), "is missing"),
        (lambda folder: (folder / "package/02-policies/note.txt").write_bytes(b"mine"), "is no part"),
        (lambda folder: (folder / "inputs/profile.json").write_bytes(b"[]"), "was changed"),
    ],
)
def test_a_touched_file_of_an_edition_is_named(
    three: Workspace, binder: Callable[..., Result], what: Callable[[Path], object], told: str
) -> None:
    """By history and by verify, and the other editions are not blamed."""
    folder = three.practices / SLUG / "issued" / "2026.2"
    for name in ("package/02-policies/SEC-01 A.docx", "inputs/profile.json"):
        loosen(folder / name)
    what(folder)
    wrong = {one.issued.edition: one.problems for one in look_back(three, SLUG)}
    assert [bool(wrong[edition]) for edition in ("2026.1", "2026.2", "2027.1")] == [False, True, False]
    (problem,) = wrong["2026.2"]
    assert told in problem.what
    assert problem.where.startswith(f"practices/{SLUG}/issued/2026.2/")
    shown = binder("verify", str(folder))
    assert shown.exit_code == 6
    assert problem.where in shown.stderr
    assert binder("history", SLUG).exit_code == 6
    assert binder("verify", str(folder.with_name("2026.1"))).exit_code == 0


def test_a_record_that_was_rewritten_does_not_fit_the_next_edition(three: Workspace) -> None:
    """Whoever changes a file and its hash has to change every later edition too."""
    record = three.practices / SLUG / "issued" / "2026.1" / RECORD
    loosen(record)
    record.write_text(record.read_text().replace("2026-10-05", "2026-10-06"))
    wrong = {one.issued.edition: one.problems for one in look_back(three, SLUG)}
    assert "is not the one after which 2026.2 was issued" in wrong["2026.1"][0].what
    with pytest.raises(VerificationError):
        verify_edition(three, record.parent)


def test_an_edition_that_is_gone_is_missed_by_the_next(three: Workspace) -> None:
    """A whole folder taken away does not go unnoticed."""
    remove_frozen(three.practices / SLUG / "issued" / "2026.2")
    wrong = {one.issued.edition: one.problems for one in look_back(three, SLUG)}
    assert "issued after one that is missing" in wrong["2027.1"][0].what


def test_a_copy_elsewhere_is_held_against_its_own_record(three: Workspace, tmp_path: Path) -> None:
    """On the disk of the practice, six years later."""
    copy = tmp_path / "copy"
    shutil.copytree(three.practices / SLUG / "issued" / "2026.2", copy)
    assert verify_edition(three, copy).edition == "2026.2"
    loosen(copy / "inputs/profile.json")
    (copy / "inputs/profile.json").write_bytes(b"[]")
    with pytest.raises(VerificationError):
        verify_edition(three, copy)


@pytest.mark.parametrize(
    ("edition", "today", "told"),
    [
        ("2027.1", date(2060, 1, 1), "is in effect"),
        ("2026.1", date(2032, 12, 1), "must be kept until 2032-12-01"),
        ("2026.1", date(2026, 12, 2), "must be kept until 2032-12-01"),
        ("2026.9", date(2060, 1, 1), "is not issued"),
    ],
)
def test_nothing_is_deleted_before_its_time(three: Workspace, edition: str, today: date, told: str) -> None:
    """The edition in effect never, the others not up to and on the last day."""
    with pytest.raises(UsageError, match=told):
        remove_edition(three, SLUG, edition, today)
    assert len(list((three.practices / SLUG / "issued").glob("*/edition.json"))) == 3


def test_the_catalogue_says_how_long_an_edition_is_kept(three: Workspace) -> None:
    """A firm that keeps them longer says so in one place, and the documents print the same number."""
    assert [one.keep for one in look_back(three, SLUG)][:1] == [date(2032, 12, 1)]
    file = three.catalog / "parameters.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('name = "retention_years"\nvalue = 6', 'name = "retention_years"\nvalue = 10'), "utf-8")
    assert [one.keep for one in look_back(three, SLUG)][:1] == [date(2036, 12, 1)]
    with pytest.raises(UsageError, match="must be kept until 2036-12-01"):
        remove_edition(three, SLUG, "2026.1", date(2032, 12, 2))
    file.write_text(text.replace("retention_years", "other_years"), "utf-8")
    with pytest.raises(ProblemsFound):
        look_back(three, SLUG)


def test_an_edition_of_which_a_killed_run_deleted_half_counts_as_deleted(three: Workspace) -> None:
    """And the next run takes the rest away."""
    edition = three.practices / SLUG / "issued" / "2026.1"
    copy = edition.with_name("copy")
    shutil.copytree(edition, copy)
    remove_edition(three, SLUG, "2026.1", date(2032, 12, 2))
    copy.rename(edition)
    loosen(edition / RECORD)
    (edition / RECORD).unlink()
    assert [one.issued.removed for one in look_back(three, SLUG)] == [date(2032, 12, 2), None, None]
    clear_leftovers(edition.parent)
    assert not edition.exists()


def test_after_its_time_an_edition_can_be_deleted_and_its_record_stays(three: Workspace) -> None:
    """Numbers, histories and the chain go on."""
    remove_edition(three, SLUG, "2026.1", date(2032, 12, 2))
    assert not (three.practices / SLUG / "issued" / "2026.1").exists()
    first, *others = look_back(three, SLUG)
    assert (first.issued.edition, first.issued.removed) == ("2026.1", date(2032, 12, 2))
    assert first.issued.earlier.levels == {"low": 3}
    assert not any(one.problems for one in (first, *others))
    with pytest.raises(UsageError, match="was deleted on 2032-12-02"):
        remove_edition(three, SLUG, "2026.1", date(2040, 1, 1))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ('{"schema": "edition/1"}', "missing"),
        (None, "missing"),
    ],
)
def test_a_damaged_record_is_named_with_its_file(
    three: Workspace, binder: Callable[..., Result], text: str | None, told: str
) -> None:
    """No traceback, and nothing is built over it."""
    record = three.practices / SLUG / "issued" / "2026.2" / RECORD
    loosen(record)
    record.unlink() if text is None else record.write_text(text)
    shown = binder("history", SLUG)
    assert shown.exit_code == 2
    assert f"practices/{SLUG}/issued/2026.2/edition.json" in shown.stderr
    assert told in shown.stderr


def test_an_edition_of_another_practice_is_refused(three: Workspace) -> None:
    """Somebody copied a folder across."""
    other = three.practices / "example-juniper-ridge" / "issued"
    other.mkdir()
    shutil.copytree(three.practices / SLUG / "issued" / "2026.1", other / "2026.1")
    _, problems = read_editions(three, "example-juniper-ridge")
    assert ["belongs to another practice" in problem.what for problem in problems] == [True]
    remove_frozen(other)


@given(st.lists(st.tuples(st.integers(2020, 2030), st.integers(1, 30)), unique=True))
def test_numbers_sort_as_numbers_and_the_next_one_is_free(numbers: list[tuple[int, int]]) -> None:
    """2026.10 comes after 2026.9."""
    texts = [f"{year}.{number}" for year, number in numbers]
    assert sorted(texts, key=number_of) == [f"{year}.{number}" for year, number in sorted(numbers)]


def test_history_of_a_practice_without_editions_says_what_to_do(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """Not an empty screen."""
    shown = binder("history", SLUG)
    assert shown.exit_code == 0
    assert f"binder issue {SLUG} --approved" in shown.stdout


def test_the_next_number_follows_the_issued_ones(three: Workspace) -> None:
    """Also where a deleted edition had it."""
    editions, _ = read_editions(three, SLUG)
    assert [next_edition(editions, year) for year in (2026, 2027, 2028)] == ["2026.3", "2027.2", "2028.1"]
    assert [one.keep for one in in_time(editions[:1], 6)] == [None]


def test_days_between_editions(three: Workspace) -> None:
    """Each edition was in effect until the next was approved."""
    kept = look_back(three, SLUG)
    assert all(one.until and one.until - one.issued.approved > timedelta(0) for one in kept[:-1])

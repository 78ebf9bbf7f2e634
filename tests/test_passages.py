"""What reads otherwise between two editions of a document: all of it, and nothing that only counts editions."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editions import DAY, EDITS, LATER, edited, file, next_year, paragraphs_with_text, with_text, word
from examples import examples
from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook

from pipeline.compare.lines import lines_of
from pipeline.compare.passages import passages
from pipeline.compare.redline import redline, verify_redline
from pipeline.load import Loaded
from pipeline.render.excel.fill import render_excel
from pipeline.render.ics import render_ics
from pipeline.render.parts import UnsafeFile
from pipeline.render.slides import render_slides

Names = Callable[[str], dict[str, Any]]
POLICIES = ("SEC-01", "SEC-10", "SEC-23", "SEC-31")


def between(loaded: Loaded, id: str, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    then, now = file(loaded, id, old), file(loaded, id, new)
    found = passages(then.data, now.data, now.path, old["document"], new["document"])
    return [(passage.where, passage.old, passage.new) for passage in found]


@pytest.mark.parametrize("id", POLICIES)
def test_a_policy_that_only_got_older_has_no_passages(loaded: Loaded, names_of: Names, id: str) -> None:
    """Edition, reviews, the day of law and of the analysis, revision history: none of them is a change of the policy."""
    old, new = names_of(id), next_year(names_of(id))
    assert file(loaded, id, old).data != file(loaded, id, new).data
    assert between(loaded, id, old, new) == []


def test_a_changed_word_is_one_passage_with_its_heading(loaded: Loaded, names_of: Names) -> None:
    """Old and new text of the sentence stand side by side."""
    old, new = names_of("SEC-10"), next_year(names_of("SEC-10"))
    new["number"]["lockout_attempts"] = 7
    was = old["number"]["lockout_attempts"]
    ((where, before, after),) = between(loaded, "SEC-10", old, new)
    assert where == "Passwords"
    assert before.endswith(f"after {was} wrong passwords in a row.")
    assert after.endswith("after 7 wrong passwords in a row.")


def test_the_owner_counts_although_he_stands_beside_the_edition(loaded: Loaded, names_of: Names) -> None:
    """The table at the head is read by its labels."""
    old, new = names_of("SEC-10"), next_year(names_of("SEC-10"))
    new["document"]["owner"] = "Rosa Villalpando, Security Officer"
    assert between(loaded, "SEC-10", old, new) == [
        ("Document control", f"Owner: {old['document']['owner']}", "Owner: Rosa Villalpando, Security Officer")
    ]


def test_a_day_of_a_step_counts_even_where_it_is_the_day_of_the_analysis(loaded: Loaded, names_of: Names) -> None:
    """Only sentences print the days of the edition; rows print days of their own."""
    old, new = names_of("SEC-10"), next_year(names_of("SEC-10"))
    old["findings"][0]["open"][0]["due"] = old["document"]["analysis"]
    new["findings"][0]["open"][0]["due"] = new["document"]["analysis"]
    ((_, before, after),) = between(loaded, "SEC-10", old, new)
    assert "September 14, 2026" in before
    assert "September 20, 2027" in after


def test_findings_in_another_order_are_the_same_findings(loaded: Loaded, names_of: Names) -> None:
    """A row that only stands elsewhere in its table is no change; one that is gone is."""
    old, new = names_of("SEC-10"), next_year(names_of("SEC-10"))
    assert len(new["findings"]) > 2
    new["findings"] = new["findings"][::-1]
    assert between(loaded, "SEC-10", old, new) == []
    gone = new["findings"].pop(1)
    ((where, before, after),) = between(loaded, "SEC-10", old, new)
    assert (where, after) == ("What this policy answers", "")
    assert before.startswith(f"{gone['id']} {gone['title']} | {gone['level']} | ")


def test_an_inserted_task_does_not_change_those_behind_it(loaded: Loaded, names_of: Names) -> None:
    """The numbers of rows move on and are not compared."""
    old, new = names_of("SEC-10"), next_year(names_of("SEC-10"))
    new["tasks"].insert(0, new["tasks"][0] | {"title": "Look at the locks"})
    for number, task in enumerate(new["tasks"], 1):
        task["number"] = number
    ((where, before, after),) = between(loaded, "SEC-10", old, new)
    assert (where, before) == ("Procedures", "")
    assert "Look at the locks" in after


@given(edits=EDITS)
@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_changed_text_is_in_a_passage(loaded: Loaded, names_of: Names, edits: list[tuple[str, int, str]]) -> None:
    """Of random edits, each text that only one side has is in a passage of that side, and equal files have none."""
    data = word(loaded, "SEC-31.docx", names_of("SEC-31"))
    other = edited(data, edits)
    found = passages(data, other, "a.docx")
    assert passages(other, other, "a.docx") == ()
    counted = [
        {line.text for line in lines_of(one, "a.docx") if line.where not in ("Revision history", "Approval")}
        for one in (data, other)
    ]
    administrative = ("Edition: ", "Effective: ", "Last review: ", "Next review: ", "Law as of: ")
    for text in counted[0] - counted[1]:
        assert any(text == passage.old for passage in found) or text.startswith(administrative) or text[0].isdecimal()
    for text in counted[1] - counted[0]:
        assert any(text == passage.new for passage in found) or text.startswith(administrative) or text[0].isdecimal()
    for passage in found:
        assert passage.old != passage.new


def test_rows_of_a_workbook_are_told_by_sheet_and_key(loaded: Loaded, names_of: Names) -> None:
    """A changed row is one passage; edition, properties and the sheet out of sight do not count."""
    old, new = names_of("L-07"), next_year(names_of("L-07"))
    first, second = (
        render_excel(loaded.templates["L-07.xlsx"], names, loaded.look, day) for names, day in ((old, DAY), (new, LATER))
    )
    assert passages(first, second, "a.xlsx", old["document"], new["document"]) == ()
    new["rows"][2]["administrator"] = "Rosa Villalpando"
    second = render_excel(loaded.templates["L-07.xlsx"], new, loaded.look, LATER)
    found = passages(first, second, "a.xlsx", old["document"], new["document"])
    (told,) = [passage for passage in found if passage.where == f"Accounts, {new['rows'][2]['name']}"]
    assert "Rosa Villalpando" in told.new
    assert "Rosa Villalpando" not in told.old


def test_an_entry_typed_into_a_log_is_a_passage(loaded: Loaded, names_of: Names) -> None:
    """An added row has no old text."""
    data = render_excel(loaded.templates["L-04.xlsx"], names_of("L-04"), loaded.look, DAY)
    book = load_workbook(io.BytesIO(data))
    (table,) = book.worksheets[0].tables.values()
    line = int("".join(filter(str.isdecimal, table.ref.split(":")[0]))) + 1
    book.worksheets[0].cell(line, 1).value = "A lost key"
    target = io.BytesIO()
    book.save(target)
    (told,) = passages(data, target.getvalue(), "a.xlsx")
    assert (told.old, told.new, told.where) == ("", "A lost key", f"{book.worksheets[0].title}, A lost key")


def test_slides_and_events_are_compared(loaded: Loaded, names_of: Names) -> None:
    """A slide by its paragraphs, a calendar by its entries."""
    names = names_of("TR-01")
    # its texts were filled in already
    other = json.loads(json.dumps(next_year(names)).replace("2026.1", "2027.1"))
    slides = render_slides(names, loaded.look, DAY)
    assert passages(slides, render_slides(other, loaded.look, LATER), "a.pptx", names["document"], other["document"]) == ()
    other = json.loads(json.dumps(other).replace("541-555-0142", "541-555-0199"))
    found = passages(slides, render_slides(other, loaded.look, LATER), "a.pptx", names["document"], other["document"])
    assert found
    assert all("541-555-0142" in passage.old and "541-555-0199" in passage.new for passage in found)
    names = names_of("SO-07")
    other = next_year(names)
    other["events"][3]["title"] = "Look at the locks"
    (told,) = passages(render_ics(names, DAY), render_ics(other, LATER), "a.ics")
    assert told.new.startswith("Look at the locks | ")
    assert told.old.startswith(names["events"][3]["title"])


def test_what_tracked_changes_removed_is_not_read(loaded: Loaded, names_of: Names) -> None:
    """A consultant's own tracked changes read as if they were accepted."""
    data = word(loaded, "SEC-10.docx", names_of("SEC-10"))

    def track(root: Any) -> None:
        paragraph = paragraphs_with_text(root)[30]
        run = paragraph.find("{*}r")
        mark = run.makeelement(run.tag[:-1] + "del", {})
        run.addprevious(mark)
        mark.append(run)

    (told, *_) = passages(data, with_text(data, track), "a.docx")
    assert told.old != told.new


def test_a_file_that_libreoffice_rewrote_reads_the_same(
    loaded: Loaded, names_of: Names, outside: Callable[..., str], tmp_path: Path
) -> None:
    """Without names of tables and styles; only what somebody wrote counts."""
    data = word(loaded, "SEC-10.docx", names_of("SEC-10"))
    (tmp_path / "a.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    outside("soffice", profile, "--headless", "--convert-to", "docx", "--outdir", tmp_path / "again", tmp_path / "a.docx")
    again = (tmp_path / "again" / "a.docx").read_bytes()
    assert again != data
    assert passages(data, again, "a.docx") == ()
    assert verify_redline(redline(data, again, "Anybody", LATER), data, again) == []


def test_a_file_that_cannot_be_opened_is_said_so(loaded: Loaded, names_of: Names) -> None:
    """Neither bytes that are no archive nor another format."""
    data = word(loaded, "SEC-10.docx", names_of("SEC-10"))
    with pytest.raises(UnsafeFile):
        passages(data, b"no archive", "a.docx")
    with pytest.raises(UnsafeFile):
        passages(data, data + b" ", "a.odt")

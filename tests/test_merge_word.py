"""Word files that a consultant edited: every edit is found, and stands in the file that is generated a year later."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Inches
from openxml_audit import OpenXmlValidator
from PIL import Image
from word_files import (
    commented,
    comments,
    edited,
    insert_before,
    paragraph,
    remove,
    rendered,
    rewrite,
    set_text,
    table,
    texts,
    through_libreoffice,
    with_part,
)

from pipeline.load import Loaded
from pipeline.merge.model import Merged
from pipeline.merge.word import merge_word, word_edits
from pipeline.pdf.fonts import missing_fonts
from pipeline.render.parts import UnsafeFile, read_parts, write_parts

DAY = date(2027, 9, 20)
EDITION = {"document__edition": "2027.1", "document__as_of": "September 20, 2027"}
KINDS = ("SEC-10", "SEC-13", "F-04", "R-01", "DG-03", "TR-10")
STEP = "Keep work passwords in"
LENGTH = "A password must have at least"
OWN = "Use each password in one place."
NEW = "Passwords of the practice's bank accounts are kept on paper in the safe."


@pytest.fixture(scope="module")
def then(loaded: Loaded, names_of: Callable[[str], dict[str, Any]]) -> bytes:
    """The policy on passwords as it was generated then."""
    return rendered(loaded, names_of("SEC-10"))


@pytest.fixture(scope="module")
def now(loaded: Loaded, names_of: Callable[[str], dict[str, Any]]) -> bytes:
    """The same a year later: a longer password, no password manager, nobody who supervises, a step less, another edition."""
    names = names_of("SEC-10")
    facts = {"facts__has_password_manager": False, "facts__has_supervisors": False}
    return rendered(loaded, names, **EDITION, **facts, number__password_min_length=16, tasks=names["tasks"][:3])


def merge(then: bytes, hand: bytes, now: bytes) -> Merged:
    """Merged, and looked at: it is a valid file, made the same way twice."""
    merged = merge_word(then, hand, now, DAY)
    assert merged == merge_word(then, hand, now, DAY)
    assert_valid(merged.data)
    return merged


def assert_valid(data: bytes) -> None:
    with NamedTemporaryFile(suffix=".docx") as file:
        Path(file.name).write_bytes(data)
        found = OpenXmlValidator().validate(file.name)
    assert found.is_valid, found.errors


def kinds(then: bytes, hand: bytes) -> list[tuple[str, str]]:
    return [(edit.where, edit.kind) for edit in word_edits(then, hand)]


def after(lines: list[str], start: str) -> str:
    """The paragraph behind the one that begins so."""
    return lines[next(place for place, line in enumerate(lines) if line.startswith(start)) + 1]


# what is an edit and what is not


def test_a_file_that_libreoffice_only_saved_again_has_no_edits(
    loaded: Loaded, names_of: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    """Six kinds of documents: two policies, a form, a report, a guide, a script. Merged, they give what is generated now."""
    made = {id: rendered(loaded, names_of(id)) for id in KINDS}
    for id, data in made.items():
        (tmp_path / f"{id}.docx").write_bytes(data)
    saved = through_libreoffice(sorted(tmp_path.glob("*.docx")), "docx", tmp_path)
    for id, data in made.items():
        again = saved[id].read_bytes()
        assert again != data
        assert word_edits(data, again) == ()
        other = rendered(loaded, names_of(id), **EDITION)
        assert merge_word(data, again, other, DAY) == Merged(other)


def test_what_word_leaves_behind_when_it_saves_is_no_edit(then: bytes) -> None:
    """Marks of its own, runs split in the middle of a word, bold switched off where nothing is bold, the language."""

    def noise(document: Word) -> None:
        for each in document.paragraphs[:30]:
            for run in list(each.runs):
                if len(run.text) > 4:
                    second = parse_xml(f'<w:r {nsdecls("w")}><w:rPr><w:b w:val="0"/><w:lang w:val="en-US"/></w:rPr></w:r>')
                    if run._r.rPr is None:
                        run._r.addnext(second)
                        part = parse_xml(f'<w:t {nsdecls("w")} xml:space="preserve"/>')
                        part.text, run.text = run.text[3:], run.text[:3]
                        second.append(part)
                        bold = each.style is not None and each.style.font.bold
                        if bold:
                            second.remove(second[0])
            each._p.insert(1, parse_xml(f'<w:proofErr {nsdecls("w")} w:type="spellStart"/>'))
            each._p.append(parse_xml(f'<w:bookmarkStart {nsdecls("w")} w:id="7" w:name="_GoBack"/>'))
            each._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="7"/>'))

    hand = edited(then, noise)
    assert read_parts(hand)["word/document.xml"].count(b"proofErr") > 20
    assert word_edits(then, hand) == ()


def test_each_thing_done_by_hand_is_told_with_its_place(then: bytes) -> None:
    """Changed, added, removed, a cell, a comment, a bold word."""

    def by_hand(document: Word) -> None:
        paragraph(document, OWN).runs[0].bold = True
        procedures = table(document, "What is done")
        set_text(procedures.rows[1].cells[2].paragraphs[0], "The office manager")
        document.add_comment(paragraph(document, "Passwords do not expire").runs, text="Is that so?", author="Pat", initials="P")

    hand = edited(
        then,
        insert_before(OWN, NEW, "Statement"),
        remove("A password must not hold your name"),
        rewrite(
            "Passwords that come with a device", "Passwords that come with a device or system must be replaced on the first day."
        ),
        by_hand,
    )
    assert kinds(then, hand) == [
        ("Policy › Passwords", "added"),
        ("Policy › Passwords", "changed"),
        ("Policy › Passwords", "removed"),
        ("Policy › Passwords", "commented"),
        ("Policy › Passwords", "changed"),
        ("Procedures, table Procedures: step, who, when, record, row 1, Who, when", "changed"),
    ]
    bold = word_edits(then, hand)[1]
    assert bold.before == f"{OWN} A password from private life must not open anything here."
    assert bold.after == f"{bold.before} [bold]"


def test_without_edits_the_result_is_what_is_generated_now(then: bytes, now: bytes) -> None:
    assert merge_word(then, then, now, DAY) == Merged(now)


def test_where_nothing_is_generated_otherwise_the_edited_file_stays_as_it_is(then: bytes) -> None:
    hand = edited(then, rewrite(OWN, NEW))
    merged = merge_word(then, hand, then, DAY)
    assert merged.data == hand
    assert [edit.kind for edit in merged.taken] == ["changed"]


# one side only


def test_a_rewritten_sentence_stands_in_the_new_edition_and_the_new_edition_around_it(then: bytes, now: bytes) -> None:
    text = "Use each password in one place. A password from private life opens nothing at the practice."
    merged = merge(then, edited(then, rewrite(OWN, text)), now)
    assert not merged.conflicts
    assert not merged.kept
    lines = texts(merged.data)
    assert text in lines
    assert any(line.startswith(f"{LENGTH} 16 characters") for line in lines)
    assert not any(line.startswith(STEP) for line in lines)
    assert set(lines) - set(texts(now)) == {text}
    assert comments(merged.data) == []


def test_an_added_statement_stands_where_it_was_put_and_is_numbered_like_the_others(then: bytes, now: bytes) -> None:
    merged = merge(then, edited(then, insert_before(OWN, NEW, "Statement")), now)
    assert after(texts(merged.data), LENGTH) == NEW
    added = paragraph(Document(io.BytesIO(merged.data)), NEW)
    assert added.style is not None
    assert added.style.name == "Statement"


def test_a_deleted_statement_is_gone(then: bytes, now: bytes) -> None:
    merged = merge(then, edited(then, remove(OWN)), now)
    assert [line for line in texts(now) if line not in texts(merged.data)] == [
        f"{OWN} A password from private life must not open anything here."
    ]
    assert not merged.conflicts


def test_a_paragraph_added_under_a_heading_comes_right_below_it(then: bytes, now: bytes) -> None:
    merged = merge(
        then, edited(then, insert_before("A system knows only the account", "For this practice: ask first.", "Normal")), now
    )
    assert after(texts(merged.data), "Purpose") == "For this practice: ask first."


def test_a_bold_word_stays_bold(then: bytes, now: bytes) -> None:
    def embolden(document: Word) -> None:
        where = paragraph(document, OWN)
        set_text(where, "Use each password in ")
        where.add_run("one").bold = True
        where.add_run(" place. A password from private life must not open anything here.")

    merged = merge(then, edited(then, embolden), now)
    where = paragraph(Document(io.BytesIO(merged.data)), OWN)
    assert [run.text for run in where.runs if run.bold] == ["one"]
    assert texts(merged.data) == texts(now)


def test_a_text_pasted_in_another_font_gets_the_fonts_of_the_house(then: bytes, now: bytes) -> None:
    """The file embeds its fonts; one that it does not carry could not be drawn."""

    def paste(document: Word) -> None:
        run = paragraph(document, OWN).add_run(" Pasted from elsewhere.")
        run.font.name = "Comic Sans MS"

    data = merge(then, edited(then, paste), now).data
    assert any(line.endswith("Pasted from elsewhere.") for line in texts(data))
    assert not missing_fonts(read_parts(data))


def test_rows_and_cells_of_a_table_are_merged_each_by_themselves(then: bytes, now: bytes) -> None:
    def by_hand(document: Word) -> None:
        procedures = table(document, "What is done")
        row = procedures.add_row()
        for cell, text in zip(
            row.cells, ("5", "Look for passwords on notes at desks.", "Denise Abernathy, monthly", "L-05"), strict=True
        ):
            set_text(cell.paragraphs[0], text)
            cell.paragraphs[0].style = document.styles["Table text"]
        set_text(procedures.rows[1].cells[0].paragraphs[0], "1a")

    merged = merge(then, edited(then, by_hand), now)
    assert not merged.conflicts
    document = Document(io.BytesIO(merged.data))
    rows = [[cell.text for cell in row.cells] for row in table(document, "What is done").rows]
    assert rows[-1] == ["5", "Look for passwords on notes at desks.", "Denise Abernathy, monthly", "L-05"]
    assert rows[1][0] == "1a"
    # the fourth step is not generated any more
    assert [row[0] for row in rows] == ["", "1a", "2", "3", "5"]


def test_a_column_added_by_hand_is_kept_where_the_table_is_generated_as_before(then: bytes, now: bytes) -> None:
    def widen(document: Word) -> None:
        column = table(document, "Finding").add_column(Inches(1))
        for number, cell in enumerate(column.cells):
            set_text(cell.paragraphs[0], f"Checked {number}")

    merged = merge(then, edited(then, widen), now)
    assert not merged.kept
    assert table(Document(io.BytesIO(merged.data)), "Finding").rows[2].cells[3].text == "Checked 2"


def test_a_new_table_and_a_list_and_a_link_are_carried(then: bytes, now: bytes) -> None:
    def by_hand(document: Word) -> None:
        where = paragraph(document, "A system knows only the account")
        new = document.add_table(2, 2)
        new.style = document.styles["House table"]
        for cell, text in zip([*new.rows[0].cells, *new.rows[1].cells], ("System", "Who", "Gmail", "Denise"), strict=True):
            set_text(cell.paragraphs[0], text)
        where._p.addnext(new._tbl)
        listed = where.insert_paragraph_before("A point of a list that was begun by hand")
        properties = listed._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>'))
        linked = where.insert_paragraph_before("See ")
        id = document.part.relate_to(
            "https://www.hhs.gov/", "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", True
        )
        link = parse_xml(f'<w:hyperlink {nsdecls("w", "r")} r:id="{id}"><w:r><w:t>the office</w:t></w:r></w:hyperlink>')
        linked._p.append(link)

    merged = merge(then, edited(then, by_hand), now)
    assert not merged.kept
    document = Document(io.BytesIO(merged.data))
    assert [[cell.text for cell in row.cells] for row in table(document, "System").rows] == [
        ["System", "Who"],
        ["Gmail", "Denise"],
    ]
    assert [link.address for link in paragraph(document, "See the office").hyperlinks] == ["https://www.hhs.gov/"]
    assert paragraph(document, "A point of a list")._p.xpath("./w:pPr/w:numPr/w:numId")


def test_links_of_a_changed_paragraph_lead_to_the_documents_of_the_new_package(then: bytes, now: bytes) -> None:
    """Saved in another folder, the links of a file lead elsewhere; that is no edit, and an edited passage leads right again."""
    moved = with_part(then, "word/_rels/document.xml.rels", lambda part: part.replace(b"../01-risk-analysis/", b"C:/Desktop/"))
    assert moved != then
    assert word_edits(then, moved) == ()

    def by_hand(document: Word) -> None:
        paragraph(document, "The risk analysis of").add_run(" Ask if in doubt.")

    merged = merge(then, edited(moved, by_hand), now)
    where = paragraph(Document(io.BytesIO(merged.data)), "The risk analysis of")
    assert [link.address for link in where.hyperlinks] == ["../01-risk-analysis/R-01%20Risk%20analysis%20report.docx"]
    assert where.text.endswith("Ask if in doubt.")


def test_a_comment_of_the_consultant_comes_along(then: bytes, now: bytes) -> None:
    def by_hand(document: Word) -> None:
        document.add_comment(paragraph(document, OWN).runs, text="Ask Marisol.", author="Pat Doe", initials="PD")
        document.add_comment(paragraph(document, "Security Officer").runs, text="In a cell.", author="Pat Doe", initials="PD")

    merged = merge(then, edited(then, by_hand), now)
    assert texts(merged.data) == texts(now)
    assert set(comments(merged.data)) == {("Pat Doe", "Ask Marisol."), ("Pat Doe", "In a cell.")}
    assert any(text.startswith(OWN) for text in commented(merged.data))


# both sides


def test_where_both_changed_a_paragraph_the_hand_stands_and_a_comment_shows_the_new_text(then: bytes, now: bytes) -> None:
    text = "A password must have at least 20 characters, and a phrase is best."
    merged = merge(then, edited(then, rewrite(LENGTH, text)), now)
    (conflict,) = merged.conflicts
    assert conflict.where == "Policy › Passwords"
    assert conflict.before.startswith(f"{LENGTH} 15 characters.")
    assert conflict.edited == text
    assert conflict.now.startswith(f"{LENGTH} 16 characters.")
    assert comments(merged.data) == [("Binder", f"Newly generated text: {conflict.now}")]
    assert commented(merged.data) == [text]
    assert text in texts(merged.data)
    assert conflict.now not in texts(merged.data)


def test_a_comment_of_ours_is_not_carried_into_the_edition_after(then: bytes, now: bytes) -> None:
    text = "A password must have at least 20 characters, and a phrase is best."
    first = merge(then, edited(then, rewrite(LENGTH, text)), now)
    hand = edited(first.data, rewrite(OWN, "Use each password once."))
    assert [edit.kind for edit in word_edits(now, hand)] == ["changed", "changed"]
    second = merge(now, hand, then)
    assert [conflict.edited for conflict in second.conflicts] == [text]
    assert len(comments(second.data)) == 1


def test_the_same_change_on_both_sides_counts_once(then: bytes, now: bytes) -> None:
    new = next(line for line in texts(now) if line.startswith(LENGTH))
    merged = merge(then, edited(then, rewrite(LENGTH, new)), now)
    assert not merged.conflicts
    assert texts(merged.data) == texts(now)


def test_what_the_consultant_deleted_stays_deleted_and_its_new_text_is_shown_beside(then: bytes, now: bytes) -> None:
    merged = merge(then, edited(then, remove(LENGTH)), now)
    (conflict,) = merged.conflicts
    assert (conflict.where, conflict.edited) == ("Policy › Passwords", "")
    assert comments(merged.data) == [("Binder", f"Newly generated text: {conflict.now}")]
    assert commented(merged.data) == ["Passwords"]
    assert not any(line.startswith(LENGTH) for line in texts(merged.data))


def test_what_was_edited_and_is_no_longer_generated_stands_and_says_so(then: bytes, now: bytes) -> None:
    text = "A supervisor reads a supervisee's notes from the supervisor's own account, never with another sign-in."
    merged = merge(then, edited(then, rewrite("A supervisor reads", text)), now)
    (conflict,) = merged.conflicts
    assert (conflict.edited, conflict.now) == (text, "")
    assert text in texts(merged.data)
    assert ("Binder", "This passage is no longer generated.") in comments(merged.data)


def test_a_moved_section_is_one_move_and_a_new_text_in_it_is_a_conflict_at_its_new_place(then: bytes, now: bytes) -> None:
    """The section on passwords before that on one's own sign-in; its first statement is generated otherwise now."""

    def move(document: Word) -> None:
        start = paragraph(document, "Your own sign-in")._p
        section = [paragraph(document, "Passwords")._p]
        while (following := section[-1].getnext()) is not None and not following.xpath("./w:pPr/w:pStyle[@w:val='Heading2']"):
            section.append(following)
        for element in section:
            start.addprevious(element)
        set_text(
            paragraph(document, LENGTH),
            "A password must have at least 20 characters. A phrase of 4 or more unrelated words is easiest to remember.",
        )

    hand = edited(then, move)
    found = word_edits(then, hand)
    assert [edit.kind for edit in found if edit.kind in ("added", "removed")] == []
    assert [edit.kind for edit in found].count("moved") == 1
    merged = merge(then, hand, now)
    lines = texts(merged.data)
    assert lines.index("Passwords") < lines.index("Your own sign-in")
    assert after(lines, "Passwords").startswith("A password must have at least 20 characters.")
    assert [conflict.where for conflict in merged.conflicts if conflict.now] == ["Policy › Passwords"]
    assert len(lines) == len(texts(now))


# what cannot be merged


def add_footnote(document: Word) -> None:
    paragraph(document, OWN)._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))


def add_text_box(document: Word) -> None:
    paragraph(document, OWN)._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:pict/></w:r>"))


def add_field(document: Word) -> None:
    paragraph(document, OWN)._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" DATE "><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    )


def add_control(document: Word) -> None:
    where = paragraph(document, OWN)._p
    control = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
    where.addprevious(control)
    control[0].append(where)


def add_section(document: Word) -> None:
    paragraph(document, OWN)._p.get_or_add_pPr().append(parse_xml(f"<w:sectPr {nsdecls('w')}/>"))


def turn_page(document: Word) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = section.page_height, section.page_width


def join_cells(document: Word) -> None:
    row = table(document, "What is done").rows[2]
    row.cells[1].merge(row.cells[2])


def add_symbol(document: Word) -> None:
    run = paragraph(document, OWN).add_run("\u00fe")
    run.font.name = "Wingdings"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (add_symbol, "a letter of a symbol font"),
        (add_footnote, "a footnote"),
        (add_text_box, "a drawing or text box"),
        (add_field, "a field"),
        (add_control, "a content control"),
        (add_section, "number of its sections"),
        (turn_page, "size or direction of its pages"),
        (join_cells, "joined"),
    ],
)
def test_a_file_that_cannot_be_merged_is_kept_as_it_is_and_says_why(
    then: bytes, now: bytes, change: Callable[[Word], None], reason: str
) -> None:
    hand = edited(then, change)
    merged = merge_word(then, hand, now, DAY)
    assert merged.data == hand
    assert reason in merged.kept
    assert merged.taken


def test_a_picture_in_the_line_comes_along(then: bytes, now: bytes) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(picture, "PNG")

    def add(document: Word) -> None:
        paragraph(document, OWN).add_run().add_picture(io.BytesIO(picture.getvalue()), Inches(1))

    merged = merge(then, edited(then, add), now)
    assert not merged.kept
    document = Document(io.BytesIO(merged.data))
    (shape,) = document.inline_shapes
    assert shape.width == Inches(1)
    assert picture.getvalue() in read_parts(merged.data).values()


# files of other programs


def test_parts_may_have_other_names_and_properties_may_be_missing(then: bytes, now: bytes) -> None:
    """As Word leaves a file that it repaired."""
    parts = read_parts(edited(then, rewrite(OWN, "Use each password once.")))
    for old, new in (
        ("word/document.xml", "word/document2.xml"),
        ("word/styles.xml", "word/styles7.xml"),
        ("word/footer1.xml", "word/footer4.xml"),
    ):
        rels = old.replace("word/", "word/_rels/") + ".rels"
        if rels in parts:
            parts[new.replace("word/", "word/_rels/") + ".rels"] = parts.pop(rels)
        parts[new] = parts.pop(old)
        for name in [name for name in parts if name.endswith(".rels") or name == "[Content_Types].xml"]:
            parts[name] = parts[name].replace(old.removeprefix("word/").encode(), new.removeprefix("word/").encode())
    for name in [name for name in parts if name.startswith("docProps/")]:
        del parts[name]
    repaired = write_parts(parts)
    assert [edit.kind for edit in word_edits(then, repaired)] == ["changed"]
    assert "Use each password once." in texts(merge(then, repaired, now).data)


def test_tracked_changes_are_read_as_accepted_and_the_report_says_so(then: bytes, now: bytes) -> None:
    def track(document: Word) -> None:
        told = f'{nsdecls("w")} w:id="1" w:author="Pat" w:date="2027-01-01T00:00:00Z"'
        where = paragraph(document, OWN)
        where._p.append(parse_xml(f'<w:ins {told}><w:r><w:t xml:space="preserve"> Nowhere else.</w:t></w:r></w:ins>'))
        gone = paragraph(document, "Passwords do not expire")
        deleted = parse_xml(f"<w:del {told}/>")
        for run in list(gone._p.r_lst):
            deleted.append(run)
            for text in run.findall(qn("w:t")):
                text.tag = qn("w:delText")
        gone._p.append(deleted)
        gone._p.get_or_add_pPr().append(parse_xml(f"<w:rPr {nsdecls('w')}><w:del w:id='2' w:author='Pat'/></w:rPr>"))

    hand = edited(then, track)
    found = word_edits(then, hand)
    assert [edit.kind for edit in found] == ["changed", "removed", "changed"]
    assert found[-1].after == "Changes that were tracked are read as accepted."
    lines = texts(merge(then, hand, now).data)
    assert any(line.endswith("must not open anything here. Nowhere else.") for line in lines)
    assert not any(line.startswith("Passwords do not expire") for line in lines)


def test_a_footer_changed_by_hand_keeps_its_change_and_names_the_new_edition(then: bytes, now: bytes, tmp_path: Path) -> None:
    """Also in a file of LibreOffice, which calls the parts otherwise."""

    def by_hand(document: Word) -> None:
        run = document.sections[0].footer.paragraphs[0].runs[0]
        run.text = f"Confidential · {run.text}"

    for hand in (then, _saved(then, tmp_path)):
        merged = merge(then, edited(hand, by_hand), now)
        assert not merged.conflicts
        footer = Document(io.BytesIO(merged.data)).sections[0].footer.paragraphs[0].text
        assert footer.startswith("Confidential · SEC-10 Passwords and authentication · edition 2027.1")
        assert read_parts(merged.data)["word/footer1.xml"].count(b"NUMPAGES") == 1
        assert texts(merged.data) == texts(now)


def _saved(data: bytes, folder: Path) -> bytes:
    (folder / "saved.docx").write_bytes(data)
    return through_libreoffice([folder / "saved.docx"], "docx", folder)["saved"].read_bytes()


def test_libreoffice_opens_the_result_and_shows_both_sides(
    then: bytes, now: bytes, tmp_path: Path, outside: Callable[..., str]
) -> None:
    hand = edited(_saved(then, tmp_path), rewrite(LENGTH, "Passwords are long."), insert_before(OWN, NEW, "Statement"))
    (tmp_path / "merged.docx").write_bytes(merge(then, hand, now).data)
    pdf = through_libreoffice([tmp_path / "merged.docx"], "pdf", tmp_path)["merged"]
    shown = " ".join(outside("pdftotext", "-layout", pdf, "-").split())
    assert NEW in shown
    assert "Passwords are long." in shown
    assert "edition 2027.1" in shown


# hostile files


def nested(depth: int) -> bytes:
    opening, closing = b"<w:tbl><w:tr><w:tc>", b"<w:p/></w:tc></w:tr></w:tbl>"
    return opening * depth + closing * depth


def test_tables_in_tables_without_end_are_refused(then: bytes) -> None:
    def put(depth: int) -> bytes:
        return with_part(then, "word/document.xml", lambda part: part.replace(b"<w:body>", b"<w:body>" + nested(depth), 1))

    assert word_edits(then, put(30))
    for depth in (60, 5_000):
        with pytest.raises(UnsafeFile):
            word_edits(then, put(depth))


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("word/document.xml", b"<?xml", b"<!DOCTYPE x><?xml"),
        ("word/document.xml", b"</w:body>", b""),
        ("word/_rels/header1.xml.rels", b'Target="media/logo.png"', b'Target="https://x.test/l.png" TargetMode="External"'),
        ("_rels/.rels", b"officeDocument", b"somethingElse"),
        (
            "word/document.xml",
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(then: bytes, now: bytes, part: str, old: bytes, new: bytes) -> None:
    hand = with_part(then, part, lambda data: data.replace(old, new))
    assert hand != then
    with pytest.raises(UnsafeFile):
        merge_word(then, hand, now, DAY)


def test_a_workbook_is_no_word_file(then: bytes, loaded: Loaded) -> None:
    with pytest.raises(UnsafeFile, match="not a Word file"):
        word_edits(then, loaded.templates["L-07.xlsx"])


def test_what_makes_no_sense_in_a_file_does_not_stop_it_from_being_read(then: bytes, now: bytes) -> None:
    """Numbers without end, styles based on themselves, a link to nowhere, lists that do not exist."""

    def nonsense(document: Word) -> None:
        where = paragraph(document, OWN)
        where._p.append(parse_xml(f'<w:hyperlink {nsdecls("w", "r")} r:id="none"><w:r><w:t> and more</w:t></w:r></w:hyperlink>'))
        properties = where._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{"9" * 5000}"/><w:numId w:val="x"/></w:numPr>'))
        properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:left="{"9" * 500}" w:hanging="nan"/>'))
        for cell in table(document, "Finding").rows[1].cells:
            cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:gridSpan {nsdecls("w")} w:val="{"9" * 9}"/>'))
        style = document.styles["Statement"].element
        style.find(qn("w:basedOn")).set(qn("w:val"), "Statement")

    hand = edited(then, nonsense)
    merged = merge_word(then, hand, now, DAY)
    assert merged.taken
    assert merged.kept or b"and more" in read_parts(merged.data)["word/document.xml"]

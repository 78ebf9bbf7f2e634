"""Files that somebody edited are known again under any name, compared with what was generated, and kept."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from docx import Document
from issued import put
from lxml import etree
from openpyxl import load_workbook

from pipeline.editions import sealed
from pipeline.edits import find_edits, keep_edits
from pipeline.errors import OutputError, ProblemsFound
from pipeline.inputs import to_inputs
from pipeline.load import Loaded
from pipeline.overlays import carry, load_overlays
from pipeline.publish import generated_folder, hand_edits, publish
from pipeline.render.draft import MARK, mark_draft
from pipeline.render.parts import read_parts, write_parts
from pipeline.rendering import names_of_all, render_all
from pipeline.workspace import Workspace

SLUG = "example-juniper-ridge"
IDS = ("SEC-10", "SEC-13", "L-11", "TR-01")
SENTENCE = "Sign in only as yourself."


@pytest.fixture(scope="module")
def made(loaded: Loaded) -> dict[str, tuple[str, bytes]]:
    """Document → path and file, as generated."""
    inputs = to_inputs(loaded)
    chosen = [artifact for artifact in loaded.plan.artifacts if artifact.id in IDS]
    files = render_all(inputs, loaded, names_of_all(inputs, chosen))
    return {artifact.id: (artifact.path, files[artifact.id]) for artifact in chosen}


def lay(workspace: Workspace, made: dict[str, tuple[str, bytes]], edition: str = "2026.1", kept: tuple[str, ...] = ()) -> Path:
    """Publish these documents as a draft."""
    target = workspace.build / SLUG / edition
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {path: mark_draft(data, path) for path, data in made.values()}
    entries = [
        {"id": id, "title": id, "section": "s", "path": path, "sha256": hashlib.sha256(files[path]).hexdigest()}
        for id, (path, _) in made.items()
    ]
    manifest = {"practice": SLUG, "edition": edition, "artifacts": entries}
    publish(target, files, manifest, dict(made.values()), kept)
    return target


@pytest.fixture
def draft(workspace: Workspace, made: dict[str, tuple[str, bytes]]) -> Path:
    """A draft of four documents."""
    return lay(workspace, made)


def reword(file: Path, old: str = SENTENCE, new: str = "Sign in only as yourself, also at the front desk.") -> None:
    """As in Word: one sentence of one paragraph."""
    document = Document(str(file))
    (paragraph,) = (one for one in document.paragraphs if old in one.text)
    text = paragraph.text.replace(old, new)
    for run in paragraph.runs[1:]:
        run.text = ""
    paragraph.runs[0].text = text
    document.save(str(file))


def at(draft: Path, made: dict[str, tuple[str, bytes]], id: str) -> Path:
    return draft / made[id][0]


def test_an_untouched_draft_has_no_edits(workspace: Workspace, draft: Path) -> None:
    """The mark of a draft is none."""
    assert find_edits(workspace, SLUG, [], None) == ()


def test_a_sentence_rewritten_in_the_draft_is_found_and_kept(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]], binder: Callable[..., Result]
) -> None:
    """With its place, before and after; twice is once."""
    reword(at(draft, made, "SEC-10"))
    (found,) = find_edits(workspace, SLUG, [], None)
    assert (found.document, found.edition, found.kept) == ("SEC-10", "2026.1", False)
    (edit,) = found.edits
    assert (edit.kind, "Your own sign-in" in edit.where) == ("changed", True)
    assert "front desk" in edit.after
    assert "front desk" not in edit.before
    shown = binder("edits", SLUG, "--keep")
    assert shown.exit_code == 0
    assert "front desk" in shown.stdout
    assert f"Kept practices/{SLUG}/overlays/2026.1/SEC-10.edited.docx" in shown.stdout
    assert "kept already" in binder("edits", SLUG, "--keep").stdout
    overlays, problems = load_overlays(workspace, workspace.practices / SLUG, "2027.1")
    assert problems == []
    assert overlays["SEC-10"].generated == made["SEC-10"][1]
    (path,) = (workspace.practices / SLUG / "overlays" / "2026.1").glob("*.edited.docx")
    assert path.stat().st_mode & 0o077 == 0


def test_kept_edits_are_in_the_next_build_and_without_the_mark(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]]
) -> None:
    """What is generated the same gives the edited file; the mark of the draft is not part of it."""
    reword(at(draft, made, "SEC-10"))
    keep_edits(workspace, SLUG, find_edits(workspace, SLUG, [], None))
    overlays, _ = load_overlays(workspace, workspace.practices / SLUG, "2026.1")
    merged, problems = carry({id: data for id, (_, data) in made.items()}, overlays, date(2026, 10, 1))
    assert problems == []
    assert list(merged) == ["SEC-10"]
    text = "\n".join(one.text for one in Document(io.BytesIO(merged["SEC-10"].data)).paragraphs)
    assert "front desk" in text
    assert not any(MARK.encode() in part for part in read_parts(merged["SEC-10"].data).values())


def test_a_draft_with_edits_is_only_replaced_once_they_are_kept(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]]
) -> None:
    """The message says with which command; afterwards the newest generated copies lie beside it, and no others."""
    reword(at(draft, made, "SEC-10"))
    with pytest.raises(OutputError, match="binder edits example-juniper-ridge --keep"):
        lay(workspace, made)
    keep_edits(workspace, SLUG, find_edits(workspace, SLUG, [], None))
    overlays, _ = load_overlays(workspace, workspace.practices / SLUG, "2026.1")
    lay(workspace, made, kept=tuple(overlay.sha256 for overlay in overlays.values()))
    assert hand_edits(draft) == []
    assert generated_folder(draft) is not None
    assert len(list((draft.parent / ".generated" / "2026.1").iterdir())) == 1


def test_a_renamed_file_from_the_client_is_known_again(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """By what it says of itself, wherever it lies and whatever it is called; Word's lock files are passed over."""
    folder = tmp_path / "from the client" / "new"
    folder.mkdir(parents=True)
    shutil.copy(at(draft, made, "SEC-10"), folder / "Passwords FINAL (2).docx")
    reword(folder / "Passwords FINAL (2).docx")
    (folder / "~$sswords FINAL (2).docx").write_bytes(b"lock")
    (found,) = find_edits(workspace, SLUG, [tmp_path / "from the client"], None)
    assert (found.document, len(found.edits)) == ("SEC-10", 1)


def without_properties(data: bytes) -> bytes:
    """As programs write it that drop what they do not know, and as Word repairs it."""
    parts = read_parts(data)
    for name in [name for name in parts if name.startswith("docProps/")]:
        del parts[name]
    for name in ("_rels/.rels", "[Content_Types].xml"):
        root = etree.fromstring(parts[name])
        for child in list(root):
            if "docProps" in str(child.get("Target")) + str(child.get("PartName")):
                root.remove(child)
        parts[name] = etree.tostring(root)
    return write_parts(parts)


def test_a_file_that_lost_its_properties_is_known_by_number_and_practice(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """And not without the number, or without the name of the practice in it."""
    file = tmp_path / "SEC-10 from Google.docx"
    file.write_bytes(without_properties(made["SEC-10"][1]))
    reword(file)
    (found,) = find_edits(workspace, SLUG, [file], None)
    assert found.document == "SEC-10"
    nameless = tmp_path / "Passwords.docx"
    shutil.copy(file, nameless)
    with pytest.raises(ProblemsFound) as raised:
        find_edits(workspace, SLUG, [nameless], None)
    assert "does not say which document it is" in raised.value.problems[0].what


def test_every_bad_file_is_named_at_once_and_nothing_is_kept(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]], tmp_path: Path, binder: Callable[..., Result]
) -> None:
    """Another practice's, a damaged one, one with macros, a picture, an edition that is not here, two of one document."""
    sec10 = at(draft, made, "SEC-10").read_bytes()
    parts = read_parts(sec10)
    core = parts["docProps/core.xml"]
    other = {**parts, "docProps/core.xml": core.replace(SLUG.encode(), b"example-lantern")}
    late = {**parts, "docProps/core.xml": core.replace(b"2026.1", b"2031.1")}
    (tmp_path / "other.docx").write_bytes(write_parts(other))
    (tmp_path / "late.docx").write_bytes(write_parts(late))
    (tmp_path / "broken.docx").write_bytes(sec10[:5000])
    (tmp_path / "macro.docx").write_bytes(write_parts({**parts, "word/vbaProject.bin": b"x"}))
    (tmp_path / "scan.png").write_bytes(b"png")
    for name in ("one.docx", "two.docx"):
        (tmp_path / name).write_bytes(sec10)
        reword(tmp_path / name)
    shown = binder("edits", SLUG, "--keep", *map(str, sorted(tmp_path.glob("*.*"))))
    assert shown.exit_code == 2
    for told in (
        "belongs to another practice.",
        "edition 2031.1 was generated as is not here",
        "It is not a Word or Excel file",
        "It carries macros",
        "Edits are kept of Word, Excel and PowerPoint files",
        "Two files are edited copies of SEC-10",
    ):
        assert told in shown.stderr, told
    assert not (workspace.practices / SLUG / "overlays").exists()


def test_a_filled_log_is_carried_over_too(workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]]) -> None:
    """Excel: the cell and its value."""
    file = at(draft, made, "L-11")
    book = load_workbook(file)
    sheet = book.worksheets[0]
    (table,) = sheet.tables.values()
    left, top = table.ref.split(":")[0].rstrip("0123456789"), int("".join(c for c in table.ref.split(":")[0] if c.isdigit()))
    empty = next(cell for cell in sheet[top + 1] if cell.value is None and cell.column_letter >= left)
    empty.value = "by telephone"
    book.save(file)
    (found,) = find_edits(workspace, SLUG, [], None)
    assert found.document == "L-11"
    assert [edit.after for edit in found.edits] == ["by telephone"]


def test_edited_slides_are_kept_whole(workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]]) -> None:
    """They cannot be joined; while nothing else changed they stand, afterwards the edited file is kept and named."""
    from pptx import Presentation

    file = at(draft, made, "TR-01")
    deck = Presentation(str(file))
    deck.slides[0].shapes.title.text = "Welcome to security"
    deck.save(str(file))
    found = find_edits(workspace, SLUG, [], None)
    assert [one.document for one in found] == ["TR-01"]
    keep_edits(workspace, SLUG, found)
    overlays, _ = load_overlays(workspace, workspace.practices / SLUG, "2026.1")
    same, _ = carry({"TR-01": made["TR-01"][1]}, overlays, date(2026, 10, 1))
    assert same["TR-01"].kept == ""
    later, _ = carry({"TR-01": mark_draft(made["TR-01"][1], "x.pptx")}, overlays, date(2026, 10, 1))
    assert "cannot be joined" in later["TR-01"].kept
    assert later["TR-01"].data == same["TR-01"].data


def test_a_new_copy_of_the_same_edition_sets_the_old_one_aside(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]]
) -> None:
    """Nothing that a consultant wrote is ever deleted."""
    reword(at(draft, made, "SEC-10"))
    keep_edits(workspace, SLUG, find_edits(workspace, SLUG, [], None))
    reword(at(draft, made, "SEC-10"), old="also at the front desk", new="wherever you sit")
    keep_edits(workspace, SLUG, find_edits(workspace, SLUG, [], None))
    aside = sorted(path.name for path in (workspace.practices / SLUG / "overlays" / "superseded").iterdir())
    assert aside == ["2026.1-SEC-10.edited.docx", "2026.1-SEC-10.generated.docx"]
    overlays, _ = load_overlays(workspace, workspace.practices / SLUG, "2026.1")
    assert "wherever you sit" in "\n".join(one.text for one in Document(io.BytesIO(overlays["SEC-10"].edited)).paragraphs)


def test_edits_of_a_later_edition_do_not_reach_an_earlier_one(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]]
) -> None:
    """The newest edits up to the edition that is built count."""
    reword(at(draft, made, "SEC-10"))
    keep_edits(workspace, SLUG, find_edits(workspace, SLUG, [], None))
    for edition, held in (("2025.3", []), ("2026.1", ["SEC-10"]), ("2026.2", ["SEC-10"]), ("2030.1", ["SEC-10"])):
        assert list(load_overlays(workspace, workspace.practices / SLUG, edition)[0]) == held


def test_half_of_kept_edits_is_a_problem(workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]]) -> None:
    """An edited file without what it was made from, and a file nobody can place."""
    reword(at(draft, made, "SEC-10"))
    keep_edits(workspace, SLUG, find_edits(workspace, SLUG, [], None))
    folder = workspace.practices / SLUG / "overlays" / "2026.1"
    (folder / "SEC-10.generated.docx").unlink()
    (folder / "my own.edited.docx").write_bytes(b"x")
    _, problems = load_overlays(workspace, workspace.practices / SLUG, "2026.1")
    assert {problem.where.rsplit("/", 1)[1] for problem in problems} == {"SEC-10.generated.docx", "my own.edited.docx"}


def approved_edition(workspace: Workspace, loaded: Loaded, made: dict[str, tuple[str, bytes]]) -> Path:
    """The same edition, issued: its policy names the day of the approval. The folder of its package."""
    path = made["SEC-10"][0]
    inputs = to_inputs(loaded, date(2026, 9, 30))
    chosen = [artifact for artifact in loaded.plan.artifacts if artifact.id == "SEC-10"]
    data = render_all(inputs, loaded, names_of_all(inputs, chosen))["SEC-10"]
    entry = {"id": "SEC-10", "title": "x", "section": "s", "path": path, "sha256": hashlib.sha256(data).hexdigest()}
    manifest = {"practice": SLUG, "edition": "2026.1", "artifacts": [entry]}
    files = {f"package/{path}": data, "package/manifest.json": json.dumps(manifest).encode()}
    put(workspace, "2026.1", "2026-09-30", files=sealed(files), held=files, practice=SLUG)
    return workspace.practices / SLUG / "issued" / "2026.1" / "package"


def test_a_draft_that_was_issued_since_is_held_against_the_draft(
    workspace: Workspace, draft: Path, loaded: Loaded, made: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """Its mark says which of the two it is; a copy of the issued file is held against the issued one."""
    package = approved_edition(workspace, loaded, made)
    reword(at(draft, made, "SEC-10"))
    (found,) = find_edits(workspace, SLUG, [], None)
    assert [edit.kind for edit in found.edits] == ["changed"]
    copy = tmp_path / "copy.docx"
    copy.write_bytes((package / made["SEC-10"][0]).read_bytes())
    assert find_edits(workspace, SLUG, [copy], None) == ()
    reword(copy)
    (found,) = find_edits(workspace, SLUG, [copy], None)
    assert [edit.kind for edit in found.edits] == ["changed"]
    assert found.generated == (package / made["SEC-10"][0]).read_bytes()


def test_without_a_draft_the_files_have_to_be_named(
    workspace: Workspace, loaded: Loaded, made: dict[str, tuple[str, bytes]], binder: Callable[..., Result]
) -> None:
    """An issued edition is never edited in its place."""
    approved_edition(workspace, loaded, made)
    shown = binder("edits", SLUG)
    assert shown.exit_code == 2
    assert "Name the files or folders" in shown.stderr


def test_an_edited_redline_leads_to_the_policy(
    workspace: Workspace, draft: Path, made: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """It is made anew with each edition."""
    file = tmp_path / "RL-SEC-10 Redline of Passwords and authentication.docx"
    file.write_bytes(without_properties(made["SEC-10"][1]))
    with pytest.raises(ProblemsFound) as raised:
        find_edits(workspace, SLUG, [file], None)
    assert "Edit the policy itself" in raised.value.problems[0].mend

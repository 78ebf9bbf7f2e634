"""What a change would do to packages that are built already: exactly the documents and practices that it concerns."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN, ROOT, SHARED
from docx import Document
from openpyxl import load_workbook

from pipeline import impact
from pipeline.binder import Bound
from pipeline.context.front import Paging
from pipeline.errors import Problem, ProblemsFound
from pipeline.impact import DocumentImpact, Impact, difference, impacts, lines_of
from pipeline.impact_text import document_line, impact_lines
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice, load_shared
from pipeline.package import make_manifest
from pipeline.pdf.convert import engine
from pipeline.publish import generated_folder, publish
from pipeline.rendering import names_of_all, render_all
from pipeline.workspace import Workspace

ADDED = " Ask before you do."
# guides of the small example, and the title of the one that is renamed
GONE, RENAMED, LOST, NEW, TITLE = "DG-01", "DG-10", "DG-09", "DG-07", "Passwords and the second step"
# documents that name those others, by title or number
LINKED = re.compile(rf"{GONE}|{LOST}|Windows computers|Microsoft 365|Home Wi-Fi and router|{TITLE}")


def package(workspace: Workspace, slug: str, shared: Shared, section: str = "") -> None:
    """A package as a build leaves it, but for the drawing of its pages; section: only the documents in it."""
    loaded = load_practice(workspace, slug, shared=shared)
    inputs = to_inputs(loaded)
    held = tuple(artifact for artifact in loaded.plan.artifacts if artifact.section.startswith(section))
    rendered = render_all(inputs, loaded, names_of_all(inputs, [artifact for artifact in held if artifact.is_first]))
    narrow = replace(inputs, plan=replace(inputs.plan, artifacts=held))
    paths = {artifact.id: artifact.path for artifact in held}
    drawn = {id: b"crosswalk" for id in paths if id not in rendered}
    bound = Bound(b"binder", Paging({}, {}, {}, 1), drawn)
    files = {paths[id]: data for id, data in (rendered | drawn).items()} | {"binder.pdf": bound.pdf}
    target = workspace.build / slug / loaded.edition
    target.parent.mkdir(parents=True)
    manifest = make_manifest(loaded, narrow, bound, files, engine("dxpdf"))
    publish(target, files, manifest, {paths[id]: data for id, data in rendered.items()})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A firm with two practices and their packages, which nothing changes; of the larger one there are only the policies."""
    root = tmp_path_factory.mktemp("impact") / "firm"
    for name in SHARED:
        shutil.copytree(ROOT / name, root / name)
    for slug in (JUNIPER, LANTERN):
        shutil.copytree(ROOT / "practices" / slug, root / "practices" / slug, ignore=shutil.ignore_patterns("records"))
    firm = Workspace(root)
    shared = load_shared(firm)
    package(firm, LANTERN, shared)
    package(firm, JUNIPER, shared, "02-policies")
    return firm


@pytest.fixture
def workspace(built: Workspace, tmp_path: Path) -> Workspace:
    """The same firm, to be changed at will; it takes the place of the workspace of all tests."""
    shutil.copytree(built.root, tmp_path / "firm")
    return Workspace(tmp_path / "firm")


def look(workspace: Workspace, *slugs: str) -> dict[str, Impact]:
    """What would change, by practice."""
    return {found.slug: found for found in impacts(workspace, slugs or workspace.slugs(), lambda _: None)}


def word(file: Path, change: Callable[[Any], None]) -> None:
    """Change the first rule of a Word file that stands in each practice's copy and holds no names."""
    document, depth = Document(str(file)), 0
    for paragraph in document.paragraphs:
        depth += ("{%p if" in paragraph.text or "{%p for" in paragraph.text) - ("{%p end" in paragraph.text)
        if paragraph.style.name == "Statement" and not depth and "{" not in paragraph.text:
            change(paragraph)
            break
    document.save(str(file))


def say_more(paragraph: Any) -> None:
    """One sentence more."""
    paragraph.runs[-1].text += ADDED


def named(found: Impact) -> set[str]:
    """Numbers of the documents that would change."""
    return {document.id for document in found.documents}


def test_where_nothing_changed_nothing_is_rendered(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hashes of the inputs say it; a portfolio is asked in seconds."""

    def refuse(*_: object) -> None:
        raise AssertionError("rendered")

    monkeypatch.setattr(impact, "render_all", refuse)
    assert list(impact_lines(list(look(workspace).values()), everything=True)) == [
        f"{JUNIPER}: 2026.1: nothing changed.",
        f"{LANTERN}: 2026.1: nothing changed.",
    ]
    word(workspace.templates / "SEC-10.docx", say_more)
    with pytest.raises(AssertionError, match="rendered"):
        look(workspace)


def test_one_sentence_of_a_template_changes_one_document_of_each_practice_that_has_it(workspace: Workspace) -> None:
    """The number of lines is that of the sentence's paragraph; the rest is not even rendered."""
    word(workspace.templates / "SEC-10.docx", say_more)
    for found in look(workspace).values():
        (document,) = found.documents
        assert (document.id, document.state, document.changed, document.lines) == ("SEC-10", "changed", 1, 1)
        assert found.causes == {"templates": ("templates_docx/SEC-10.docx",)}
        assert found.uncompared == ("R-07",)


def test_a_practice_without_the_document_is_not_concerned(workspace: Workspace) -> None:
    """It is said that a template changed, and that nothing follows from it here."""
    held = {slug: {a.template: a.id for a in load_practice(workspace, slug).plan.artifacts} for slug in (JUNIPER, LANTERN)}
    name = min(t for t in held[JUNIPER].keys() - held[LANTERN].keys() if t.startswith("SEC"))
    word(workspace.templates / name, say_more)
    found = look(workspace)
    assert named(found[JUNIPER]) == {held[JUNIPER][name]}
    assert list(impact_lines([found[LANTERN]], everything=False)) == [
        f"{LANTERN}: 2026.1: no document changes, though templates did."
    ]


@pytest.fixture(scope="module")
def changed(built: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Impact:
    """What follows for the small practice from one number, one withdrawn, one renamed, one lost and one new document."""
    root = tmp_path_factory.mktemp("changed") / "firm"
    shutil.copytree(built.root, root)
    firm = Workspace(root)
    path = firm.catalog / "parameters.toml"
    number = '"password_min_length"\nvalue = '
    path.write_text(path.read_text("utf-8").replace(f"{number}15", f"{number}77"), "utf-8")
    head, *entries = (firm.catalog / "guides.toml").read_text("utf-8").split("[[guide]]")
    entries = [entry for entry in entries if f'id = "{LOST}"' not in entry]
    text = "[[guide]]".join([head, *entries])
    text = text.replace(f'id = "{GONE}"\n', f'id = "{GONE}"\nwithdrawn = {{ since = 2027-03-01, reason = "Nobody used it." }}\n')
    text = text.replace(f'id = "{RENAMED}"\ntitle = "{TITLE}"', f'id = "{RENAMED}"\ntitle = "Another title"')
    (firm.catalog / "guides.toml").write_text(text, "utf-8")
    file = firm.build / LANTERN / "2026.1" / "manifest.json"
    manifest = json.loads(file.read_text("utf-8"))
    manifest["artifacts"] = [entry for entry in manifest["artifacts"] if entry["id"] != NEW]
    file.write_text(json.dumps(manifest), "utf-8")
    return look(firm, LANTERN)[LANTERN]


def told(found: Impact, id: str) -> DocumentImpact:
    """What is said of one document."""
    return next(document for document in found.documents if document.id == id)


def test_a_number_of_the_catalogue_changes_each_document_that_prints_it(changed: Impact, built: Workspace) -> None:
    """Those in whose text it stands, and no others."""
    package = built.build / LANTERN / "2026.1"
    manifest = json.loads((package / "manifest.json").read_text("utf-8"))
    paths = {entry["id"]: entry["path"] for entry in manifest["artifacts"] if entry["section"]}
    texts = {id: "\n".join(lines_of(path, (package / path).read_bytes())) for id, path in paths.items() if id != "R-07"}
    printing = {id for id, text in texts.items() if "15 characters" in text}
    assert printing > {"SEC-10", "TR-40"}
    others = {GONE, RENAMED, LOST, NEW}
    touched = {id for id in texts if LINKED.search(texts[id])}
    assert printing - others <= named(changed) - others <= printing | touched
    assert changed.causes == {"catalogue": ("catalog/guides.toml", "catalog/parameters.toml")}
    assert told(changed, "SEC-19").changed == texts["SEC-19"].count("15 characters")
    assert changed.same == len(texts) - len(changed.documents)


def test_new_gone_and_renamed_documents_are_told(changed: Impact) -> None:
    """The one that is withdrawn with its reason, the one that has another title with the one that it had."""
    assert told(changed, NEW).state == "new"
    assert document_line(told(changed, GONE)).endswith(": goes. Withdrawn on March 1, 2027. Nobody used it.")
    assert (told(changed, RENAMED).former, told(changed, RENAMED).title) == (TITLE, "Another title")


def test_a_document_that_the_catalogue_lost_is_a_problem(changed: Impact) -> None:
    """Its number would be free."""
    (problem,) = changed.problems
    assert (problem.where, LOST in problem.what) == (f"catalog/guides.toml, {LOST}", True)
    assert told(changed, LOST).state == "gone"


def test_a_practice_with_problems_does_not_stop_the_others(
    workspace: Workspace, edit: Callable[..., Path], binder: Callable[..., Result]
) -> None:
    """An analysis that misses a scenario is told with the first of its problems; the exit code says it to programs."""
    for _ in range(5):
        edit(LANTERN, "assessment", "/findings/0", ...)
    word(workspace.templates / "SEC-10.docx", say_more)
    done = binder("impact")
    assert done.exit_code == 2
    first, second, *rest = done.stdout.splitlines()
    assert first.startswith(f"{JUNIPER}: 2026.1: 1 document changes in 1 line, because of templates.")
    assert second == f"{LANTERN}: 2026.1: 5 problems; it cannot be built as it is."
    assert len(rest) == 4
    assert rest[-1] == "    … and 2 more; --all shows them."
    assert "is not assessed" in rest[0]
    assert look(workspace)[LANTERN].causes == {
        "analysis": (
            next(f"practices/{LANTERN}/assessments/{p.name}" for p in (workspace.practices / LANTERN / "assessments").iterdir()),
        ),
        "templates": ("templates_docx/SEC-10.docx",),
    }


def test_the_profile_is_named_as_the_cause_and_what_cannot_be_written_as_a_problem(
    workspace: Workspace, edit: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything may follow from a profile, so that every document is tried."""
    tried: list[int] = []

    def refuse(_: object, __: Loaded, names: dict[str, Any]) -> dict[str, bytes]:
        tried.append(len(names))
        raise ProblemsFound([Problem("templates_docx/SEC-10.docx", "There is no value.", "Give one.")])

    monkeypatch.setattr(impact, "render_all", refuse)
    edit(LANTERN, "profile", "/practice/phone", "(555) 010-0100")
    found = look(workspace, LANTERN)[LANTERN]
    assert found.causes == {"profile": (f"practices/{LANTERN}/profile.json",)}
    assert [problem.what for problem in found.problems] == ["There is no value."]
    assert tried == [len(load_practice(workspace, LANTERN).plan.artifacts) - len(["R-07"])]


def test_a_change_of_looks_alone_is_said_to_be_one(workspace: Workspace) -> None:
    """The text is the same to the letter, the file is not."""

    def embolden(paragraph: Any) -> None:
        paragraph.runs[0].bold = True

    word(workspace.templates / "SEC-10.docx", embolden)
    (document,) = look(workspace, LANTERN)[LANTERN].documents
    assert document_line(document) == "SEC-10 Passwords and authentication: only its looks change"


def test_what_somebody_changed_by_hand_is_no_effect_of_the_template(workspace: Workspace) -> None:
    """It is held against what the program wrote, where that is kept, and the hand edit is named."""
    package = workspace.build / LANTERN / "2026.1"
    (file,) = (package / "02-policies").glob("SEC-10*.docx")
    generated = generated_folder(package)
    assert generated
    kept = generated / "02-policies" / file.name
    document = Document(str(file))
    for paragraph in document.paragraphs[:40]:
        paragraph.add_run(" Ours.")
    document.save(str(file))
    word(workspace.templates / "SEC-10.docx", say_more)
    (found,) = look(workspace, LANTERN)[LANTERN].documents
    assert (found.edited, found.lines) == (True, 1)
    kept.unlink()
    (found,) = look(workspace, LANTERN)[LANTERN].documents
    assert found.edited
    assert found.lines > 30, "control: without the copy the hand edits are counted"
    file.write_bytes(b"no document")
    (found,) = look(workspace, LANTERN)[LANTERN].documents
    assert document_line(found).endswith("changes; its old text cannot be read; its file was changed by hand")


def test_the_newest_edition_counts_whether_built_or_issued(workspace: Workspace) -> None:
    """By number, not by name: 2026.10 comes after 2026.9."""
    assert look(workspace, LANTERN)[LANTERN].edition == "2026.1"
    first = workspace.build / LANTERN / "2026.1"
    for folder in (workspace.build / LANTERN / "2026.9", workspace.practices / LANTERN / "issued" / "2026.10" / "package"):
        shutil.copytree(first, folder)
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        edition = "2026.10" if folder.name == "package" else folder.name
        (folder / "manifest.json").write_text(json.dumps({**manifest, "edition": edition}), "utf-8")
        assert look(workspace, LANTERN)[LANTERN].edition == edition


def test_documents_about_changes_are_neither_missed_nor_lost(workspace: Workspace) -> None:
    """They belong to two editions; the catalogue need not name each."""
    file = workspace.build / LANTERN / "2026.1" / "manifest.json"
    manifest = json.loads(file.read_text("utf-8"))
    (one, *_) = (entry for entry in manifest["artifacts"] if entry["id"] == "SEC-10")
    word(workspace.templates / "SEC-10.docx", say_more)
    for section, gone in (("08-changes", set()), ("02-policies", {"CH-10"})):
        extra = {**one, "id": "CH-10", "section": section, "path": f"{section}/CH-10.docx"}
        file.write_text(json.dumps({**manifest, "artifacts": [*manifest["artifacts"], extra]}), "utf-8")
        found = look(workspace, LANTERN)[LANTERN]
        assert named(found) - {"SEC-10"} == gone
        assert bool(found.problems) == bool(gone)


@pytest.mark.parametrize(
    ("manifest", "told"),
    [("{}", 'The key "schema" is missing.'), ("{", "This is not JSON"), (JUNIPER, "The package belongs to another practice.")],
    ids=["empty", "broken", "of-another"],
)
def test_a_package_that_cannot_be_read_is_a_problem_of_its_practice(manifest: str, told: str, workspace: Workspace) -> None:
    """The other practice is looked at all the same."""
    file = workspace.build / LANTERN / "2026.1" / "manifest.json"
    own = file.read_text("utf-8")
    file.write_text(own.replace(LANTERN, JUNIPER) if manifest == JUNIPER else manifest, "utf-8")
    found = look(workspace)
    assert any(told in problem.what for problem in found[LANTERN].problems)
    assert not found[JUNIPER].problems


def test_a_practice_that_was_never_built_is_said_so(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """For people, and for programs in values; progress goes elsewhere."""
    shutil.rmtree(workspace.build / LANTERN)
    done = binder("impact", LANTERN)
    assert (done.exit_code, done.stdout) == (0, f"{LANTERN}: never built.\n")
    assert LANTERN in done.stderr
    values = json.loads(binder("impact", "--json").stdout)["practices"]
    assert [(one["slug"], one["built"], one["documents"]) for one in values] == [(JUNIPER, True, []), (LANTERN, False, [])]


def test_catalogue_and_templates_with_problems_are_told_once(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """Of no practice can anything be said then."""
    word(workspace.templates / "SEC-10.docx", lambda paragraph: paragraph.add_run("{{ oficer }}"))
    done = binder("impact")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count('There is no name "oficer" here.') == 1


@pytest.mark.parametrize(
    ("old", "new", "counted"),
    [
        ("abc", "abc", (0, 0, 0)),
        ("abc", "axc", (0, 0, 1)),
        ("abc", "abxc", (1, 0, 0)),
        ("abc", "ac", (0, 1, 0)),
        ("abc", "axyzc", (2, 0, 1)),
        ("", "ab", (2, 0, 0)),
    ],
)
def test_lines_are_counted_as_added_removed_and_changed(old: str, new: str, counted: tuple[int, int, int]) -> None:
    """A line that takes the place of another is changed."""
    assert difference(list(old), list(new)) == counted


def test_a_row_that_moves_down_is_no_change(workspace: Workspace, tmp_path: Path) -> None:
    """Inserting one row into a sheet is one line more; the identity on the hidden sheet is no text."""
    (file,) = (workspace.build / LANTERN / "2026.1" / "03-forms-and-logs").glob("L-02*.xlsx")
    old = file.read_bytes()
    book = load_workbook(file)
    sheet = book.worksheets[0]
    sheet.insert_rows(2)
    sheet.cell(2, 1).value = "A new line"
    book["_binder"].cell(1, 1).value = "other"
    book.save(tmp_path / "new.xlsx")
    new = (tmp_path / "new.xlsx").read_bytes()
    assert difference(lines_of("a.xlsx", old), lines_of("a.xlsx", new)) == (1, 0, 0)


def test_one_line_and_many_are_said_as_people_say_them() -> None:
    """All three counts, and the singular."""
    said = document_line(DocumentImpact("L-02", "Devices", "changed", added=1, removed=3, changed=2))
    assert said == "L-02 Devices: 2 lines changed, 1 line added and 3 lines removed"


@pytest.fixture(autouse=True)
def _nothing_is_written(workspace: Workspace) -> Iterator[None]:
    """Looking leaves practices and packages alone; tests change them themselves, before they look."""
    yield
    assert not list(workspace.build.glob("*/.2*"))

"""No practice's facts reach another one: its files, its messages and what is left behind name nobody else."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN, ROOT
from leak_search import Search, search_for
from workbooks import HARBOR

from pipeline.build import Built
from pipeline.inputs import to_inputs
from pipeline.load import load_practice, load_shared
from pipeline.rendering import render_all
from pipeline.workspace import Workspace

ALONE = """
import hashlib, json, sys
from pathlib import Path
from pipeline.load import load_practice
from pipeline.inputs import to_inputs
from pipeline.rendering import render_all
from pipeline.workspace import Workspace
loaded = load_practice(Workspace(Path(sys.argv[1])), sys.argv[2])
print(json.dumps({id: hashlib.sha256(data).hexdigest() for id, data in render_all(to_inputs(loaded), loaded).items()}))
"""


@pytest.fixture(scope="session")
def search() -> Search:
    """For the names of the three examples."""
    return search_for((ROOT / "practices" / slug for slug in (HARBOR, JUNIPER, LANTERN)), ROOT)


def test_the_names_that_are_looked_for_are_those_that_people_would_miss(search: Search) -> None:
    """People, firms, products, addresses and numbers that one practice alone has; nothing that all have."""
    names = search.names[LANTERN]
    wanted = {
        "example-lantern",
        "lantern online therapy, pllc",
        "imani osei-larkin",
        "osei-larkin",
        "imani@lanterntherapy.example",
        "612-555-0127",
        "bitwarden teams",
        "north star desk llc",
    }
    assert wanted <= names, wanted - names
    assert not names & {"harbor compliance partners", "microsoft corporation", "2026-10-05", "owner", "security officer"}
    assert "phone, ios (8)" not in search.names[JUNIPER], "the program's words, and a number that anybody may have"
    assert min(map(len, search.names.values())) > 300
    assert all(not one & other for slug, one in search.names.items() for it, other in search.names.items() if slug != it)


def foreign_in(search: Search, owner: str, folder: Path) -> dict[str, dict[str, set[str]]]:
    """File → whose names stand in it that are not the owner's."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            if foreign := search.foreign(owner, name, path.read_bytes()):
                found[name] = foreign
    return found


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
def test_a_package_names_nobody_else(slug: str, packages: dict[str, Built], search: Search) -> None:
    """All parts of all files, manifest and binder, and what was generated beside it; its own names are found in every kind."""
    folder = packages[slug].target.parent
    assert foreign_in(search, slug, folder) == {}
    kinds = {
        path.suffix: path for path in sorted(folder.rglob("*")) if path.is_file() and search.owners(path.name, path.read_bytes())
    }
    assert kinds.keys() >= {".docx", ".xlsx", ".pptx", ".pdf", ".ics", ".json"}


@pytest.mark.parametrize("pattern", ["*.docx", "*.xlsx", "*.pptx", "*.pdf", "*.ics", "manifest.json"])
def test_a_file_in_the_wrong_package_is_found(pattern: str, packages: dict[str, Built], search: Search, tmp_path: Path) -> None:
    """The control: one file of each kind from the package of another practice."""
    (file, *_) = sorted(path for path in packages[LANTERN].target.rglob(pattern) if ".generated" not in path.parts)
    (tmp_path / "a-file").write_bytes(file.read_bytes())
    assert foreign_in(search, JUNIPER, tmp_path)["a-file"].keys() == {LANTERN}


def in_part(name: str, old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """An Office file with one part changed."""

    def change(data: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
            for entry in source.infolist():
                part = source.read(entry)
                if entry.filename == name:
                    assert old in part
                    part = part.replace(old, new, 1)
                archive.writestr(entry.filename, part)
        return target.getvalue()

    return change


def in_pdf(change: Callable[[pikepdf.Pdf], object]) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        target = io.BytesIO()
        with pikepdf.open(io.BytesIO(data)) as pdf:
            change(pdf)
            pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return target.getvalue()

    return changed


def begun(pdf: pikepdf.Pdf) -> None:
    """The first pages of a binder: reading five hundred takes long, and a name hides in ten just as well."""
    del pdf.pages[10:]
    del pdf.Root.Outlines


def outlined(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Interview of Imani Osei-Larkin", 0))


PLANTED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "two runs of a header": (
        "*.docx",
        in_part("word/header1.xml", b"</w:p>", b"<w:r><w:t>Imani Osei-</w:t></w:r><w:r><w:t>Larkin</w:t></w:r></w:p>"),
    ),
    "the properties of a Word file": (
        "*.docx",
        in_part("docProps/core.xml", b"</cp:coreProperties>", b"<a>Lantern Online Therapy</a></cp:coreProperties>"),
    ),
    "a target of a link": (
        "*.docx",
        in_part("word/_rels/document.xml.rels", b"</Relationships>", b'<a Target="mailto:imani@lanterntherapy.example"/></Relationships>'),
    ),
    "the hidden sheet of a workbook": ("L-06*.xlsx", in_part("xl/worksheets/sheet2.xml", JUNIPER.encode(), LANTERN.encode())),
    "the notes of a slide": (
        "*.pptx",
        in_part("ppt/notesSlides/notesSlide1.xml", b"<a:t>", b"<a:t>Ask Imani Osei-Larkin. "),
    ),
    "the outline of the binder": ("binder.pdf", in_pdf(outlined)),
    "the properties of the binder": ("binder.pdf", in_pdf(lambda pdf: pdf.docinfo.__setitem__("/Keywords", "lantern online therapy, pllc"))),
    "a link of the binder": (
        "binder.pdf",
        in_pdf(lambda pdf: pdf.pages[3].obj.__setitem__("/A", pikepdf.Dictionary(URI=pikepdf.String("mailto:imani@lanterntherapy.example")))),
    ),
    "a folded line of the calendar": (
        "*.ics",
        lambda data: data.replace(b"END:VEVENT", b"COMMENT:Lantern Onl\r\n ine Therapy\r\nEND:VEVENT", 1),
    ),
    "the manifest": ("manifest.json", lambda data: data.replace(JUNIPER.encode(), LANTERN.encode(), 1)),
    "the name of a part": ("*.docx", lambda data: _with_part(data, "word/imani osei-larkin.xml")),
}  # fmt: skip


def _with_part(data: bytes, name: str) -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, b"")
    return target.getvalue()


@pytest.mark.parametrize("place", PLANTED)
def test_one_name_smuggled_into_a_file_is_found(place: str, packages: dict[str, Built], search: Search) -> None:
    """The control of each place where a name could hide."""
    pattern, plant = PLANTED[place]
    file = sorted(packages[JUNIPER].target.rglob(pattern))[0]
    data = in_pdf(begun)(file.read_bytes()) if file.suffix == ".pdf" else file.read_bytes()
    assert search.foreign(JUNIPER, file.name, data) == {}
    assert search.foreign(JUNIPER, file.name, plant(data)).keys() == {LANTERN}


def digests(workspace: Workspace, slug: str) -> dict[str, str]:
    loaded = load_practice(workspace, slug, shared=load_shared(workspace))
    return {id: hashlib.sha256(data).hexdigest() for id, data in render_all(to_inputs(loaded), loaded).items()}


def test_what_was_made_before_leaves_no_trace(project: Workspace) -> None:
    """One process writes the documents of one practice, and then those of another as if it were alone."""
    done = subprocess.run([sys.executable, "-c", ALONE, str(ROOT), LANTERN], capture_output=True, text=True, check=True, cwd=ROOT)
    alone = json.loads(done.stdout)
    digests(project, JUNIPER)
    assert digests(project, LANTERN) == alone


def test_a_name_that_a_module_remembers_would_be_found(
    project: Workspace, monkeypatch: pytest.MonkeyPatch, search: Search
) -> None:
    """The control: something that keeps the names of the practice that came first and gives them to the next."""
    from pipeline import rendering

    kept: dict[str, object] = {}
    names_for = rendering.names_for
    monkeypatch.setattr(
        rendering, "names_for", lambda inputs, artifact: kept.setdefault(artifact.id, names_for(inputs, artifact))
    )
    shared = load_shared(project)
    for slug in (LANTERN, JUNIPER):
        loaded = load_practice(project, slug, shared=shared)
        inputs = to_inputs(loaded)
        (artifact,) = (one for one in inputs.plan.artifacts if one.id == "SEC-10")
        data = render_all(inputs, loaded, rendering.names_of_all(inputs, [artifact]))["SEC-10"]
    assert search.foreign(JUNIPER, "SEC-10.docx", data).keys() == {LANTERN}


def test_what_the_commands_say_names_nobody_else(workspace: Workspace, binder: Callable[..., Result], search: Search) -> None:
    """Also where something is wrong with the practice, or with what was typed; `list` is the one that names all."""
    profile = workspace.practices / JUNIPER / "profile.json"
    said = {
        ("check", JUNIPER): 0,
        ("coverage", JUNIPER): 0,
        ("status", JUNIPER, "--on", "2027-03-01"): 0,
        ("remind", JUNIPER, "--on", "2027-03-01"): 0,
        ("names", JUNIPER, "SEC-10"): 0,
        ("build", "juniper"): 2,
        ("record", JUNIPER, str(profile)): 2,
        ("import", JUNIPER, str(profile)): 2,
        ("history", JUNIPER): 0,
    }
    for arguments, code in said.items():
        done = binder(*arguments)
        assert done.exit_code == code, done.output
        assert search.foreign(JUNIPER, "", done.output.encode()) == {}, arguments
    raw = json.loads(profile.read_text("utf-8"))
    raw["approver"], raw["workforce"][1]["id"], raw["systems"][0]["name"] = "imani", "ima ni", 3
    profile.write_text(json.dumps(raw), "utf-8")
    for command in ("check", "build", "status"):
        done = binder(command, JUNIPER)
        assert done.exit_code == 2
        assert search.owners("", done.output.encode()).keys() == {JUNIPER}, "its own slug and nobody's"
    for path in (workspace.build / JUNIPER, workspace.practices / JUNIPER / "drafts"):
        assert foreign_in(search, JUNIPER, path) == {}
    assert LANTERN in binder("list").output

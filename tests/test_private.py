"""Whatever the program writes can be read by its owner alone, also where the umask would let everybody read it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from conftest import LANTERN, copied_workspace
from docx import Document
from returned import RECEIVED, filled, first_line, issued

from pipeline import private
from pipeline.commit import commit
from pipeline.filing import file_record
from pipeline.issue import freeze
from pipeline.publish import one_at_a_time, publish
from pipeline.starter import start_practice
from pipeline.whole import write_new, write_over
from pipeline.workspace import Workspace

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes say nothing on Windows")


@pytest.fixture(params=[0o000, 0o022], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """A machine that gives new files to everybody, and one that lets everybody read them."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def open_to_others(folder: Path, known: frozenset[Path] = frozenset()) -> dict[str, str]:
    """Files and folders below `folder` that anybody but the owner may read, write or enter, with their modes."""
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in sorted(folder.rglob("*")) if path not in known}
    return {path.relative_to(folder).as_posix(): oct(mode) for path, mode in modes.items() if mode & 0o077}


def write_everything(workspace: Workspace) -> None:
    """Every way in which the program writes, each into folders that are not there yet."""
    root = workspace.root / "made"
    target = root / "build" / "some-practice" / "2026.1"
    with one_at_a_time(target):
        manifest = {"practice": "some-practice", "edition": "2026.1", "artifacts": []}
        publish(target, {"02-policies/deeper/A.docx": b"a"}, manifest, {"02-policies/deeper/A.docx": b"a"})
    freeze(make(root / "issued") / "2026.1", {"inputs/overlays/2026.1/A.docx": b"a"})
    write_new(root / "practices" / "some-practice" / "drafts" / "2026-10-05" / "01.eml", b"a")
    practice = root / "practices" / "some-practice"
    commit(practice, {practice / "overlays" / "2026.1" / "A.docx": b"a"})
    record = root / "practices" / "some-practice" / "assessments" / "2026-10-05.json"
    file_record(record, {"a": 1}, replace=False)
    file_record(record, {"a": 2}, replace=True)
    write_over(root / "pages" / "deeper" / "status.html", b"a")
    start_practice(workspace, "willow-creek", "Willow Creek")


def make(folder: Path) -> Path:
    private.make_folder(folder)
    return folder


def empty_workspace(folder: Path) -> Workspace:
    """A firm that has no practice yet, and nothing built."""
    return copied_workspace(folder, shared=("schemas",))


def test_every_way_of_writing_is_private(tmp_path: Path, umask: None) -> None:
    """Also the folders in between, which a mode given to mkdir leaves to the umask."""
    workspace = empty_workspace(tmp_path)
    known = frozenset(tmp_path.rglob("*"))
    write_everything(workspace)
    assert {path.name for path in set(tmp_path.rglob("*")) - known} >= {
        "A.docx",
        "01.eml",
        "status.html",
        "profile.json",
        ".lock",
    }
    assert open_to_others(tmp_path, known) == {}


def test_the_search_finds_what_is_not(tmp_path: Path, umask: None) -> None:
    """The control: folders made in one go, as they were before, and a file without a mode."""
    (tmp_path / "a" / "b").mkdir(parents=True, mode=0o700)
    (tmp_path / "a" / "file").write_text("a", "utf-8")
    assert set(open_to_others(tmp_path)) == {"a", "a/file"}


def reword(file: Path) -> None:
    """One sentence, as in Word."""
    document = Document(str(file))
    paragraph = next(one for one in document.paragraphs if len(one.text) > 60 and one.style.name.startswith("Statement"))
    paragraph.runs[0].text = f"By hand: {paragraph.runs[0].text}"
    document.save(str(file))


def test_a_practice_lives_and_everything_stays_private(
    workspace: Workspace, binder: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From `new` to `impact`, with the umask of a careless machine; what the workspace held before is not the program's."""
    waiting = tmp_path / "tmp"
    waiting.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(waiting))
    log = tmp_path / "L-06.xlsx"
    log.write_bytes(filled(issued(LANTERN, "L-06"), {("Log", f"A{first_line(LANTERN, 'L-06', 'Log')}"): date(2026, 12, 1)}))
    known = frozenset(workspace.root.rglob("*"))
    before = os.umask(0)
    try:
        draft = workspace.build / LANTERN / "2026.1"
        run(binder, "new", "willow-creek", "--name", "Willow Creek")
        run(binder, "assess", LANTERN, "--date", "2026-10-05")
        run(binder, "import", LANTERN, str(newest(workspace)))
        run(binder, "build", LANTERN)
        reword(next(draft.glob("02-policies/SEC-10*")))
        run(binder, "edits", LANTERN, "--keep")
        run(binder, "build", LANTERN)
        run(binder, "record", LANTERN, str(log), "--on", RECEIVED.isoformat(), "--date", "2026-12-01")
        run(binder, "status", LANTERN)
        run(binder, "remind", LANTERN, "--on", "2027-03-01")
        run(binder, "issue", LANTERN, "--approved", "2026-10-06")
        run(binder, "reassess", LANTERN, "--date", "2027-10-04")
        run(binder, "import", LANTERN, str(newest(workspace)), "--draft")
        run(binder, "change", LANTERN, "new-vendor", "--date", "2027-02-01")
        run(binder, "history", LANTERN)
        run(binder, "impact", LANTERN)
    finally:
        os.umask(before)
    new = {path.relative_to(workspace.root).as_posix() for path in set(workspace.root.rglob("*")) - known}
    for part in ("2026.1/binder.pdf", ".generated", "-edits.md", "overlays", "records/", "status.html", ".eml", "issued/2026.1/edition.json", "drafts/2027-10-04.json", "workbooks"):  # fmt: skip
        assert any(part in path for path in new), part
    assert open_to_others(workspace.root, known) == {}
    # where Python's own server that begins workers listens, as long as this process lives
    left = [path for path in waiting.iterdir() if not path.name.startswith("pymp-")]
    assert left == [], "nothing is left in the folder for temporary files"


def run(binder: Callable[..., Result], *arguments: str) -> None:
    done = binder(*arguments)
    assert done.exit_code == 0, (arguments, done.output)


def newest(workspace: Workspace) -> Path:
    """The workbook that was written last."""
    return max((workspace.practice(LANTERN) / "workbooks").iterdir(), key=lambda path: path.stat().st_mtime_ns)

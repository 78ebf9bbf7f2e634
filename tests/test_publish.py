"""A package is published whole or not at all, and nobody's work is overwritten."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import publish as publishing
from pipeline.errors import BusyError, OutputError
from pipeline.publish import hand_edits, one_at_a_time, publish, recover, verify
from pipeline.whole import digest

FILES = {"binder.pdf": b"%PDF", "02-policies/SEC-10 Passwords.docx": b"word"}


def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    import hashlib

    return {
        "practice": "slug",
        "edition": "2026.1",
        "artifacts": [{"path": path, "sha256": hashlib.sha256(data).hexdigest()} for path, data in files.items()],
    }


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A published first package."""
    folder = tmp_path / "slug" / "2026.1"
    with one_at_a_time(folder):
        publish(folder, FILES, manifest(FILES))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_package_holds_the_files_and_agrees_with_its_manifest(target: Path) -> None:
    """What was given is what lies there."""
    assert {name: data for name, data in contents(target).items() if name != "manifest.json"} == FILES
    assert verify(target) == []


def test_files_and_folders_are_private_to_the_user(target: Path) -> None:
    """0600 and 0700: a package is about one client."""
    modes = {stat.S_IMODE(p.stat().st_mode) for p in target.rglob("*") if p.is_file()}
    folders = {stat.S_IMODE(p.stat().st_mode) for p in (target, *target.rglob("*")) if p.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})


def test_a_rebuild_replaces_the_package_and_leaves_nothing_beside_it(target: Path) -> None:
    """Neither staging folders nor the one before stay."""
    new = FILES | {"binder.pdf": b"%PDF 2"}
    publish(target, new, manifest(new))
    assert (target / "binder.pdf").read_bytes() == b"%PDF 2"
    assert sorted(p.name for p in target.parent.iterdir()) == [".lock", "2026.1"]


@pytest.mark.parametrize("change", ["edited", "added"])
def test_a_package_that_somebody_worked_in_is_not_replaced(target: Path, change: str) -> None:
    """A word that a consultant wrote into a built file is never lost."""
    name = "02-policies/SEC-10 Passwords.docx" if change == "edited" else "02-policies/Our own.docx"
    (target / name).write_bytes(b"by hand")
    before = contents(target)
    assert hand_edits(target) == [name]
    with pytest.raises(OutputError, match="changed by hand"):
        publish(target, FILES, manifest(FILES))
    assert contents(target) == before


def test_a_folder_without_a_manifest_is_somebody_elses(tmp_path: Path) -> None:
    """A folder that this program did not write is not taken for an old package."""
    folder = tmp_path / "slug" / "2026.1"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        publish(folder, FILES, manifest(FILES))
    assert contents(folder) == {"notes.txt": b"mine"}


def test_a_file_that_is_saved_while_the_new_package_is_written_is_not_lost(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody typed in that second stands in the way as well."""
    file = target / "02-policies/SEC-10 Passwords.docx"
    original = publishing._lay_beside

    def and_somebody_saves(*arguments: Any) -> None:
        file.write_bytes(b"by hand")
        original(*arguments)

    monkeypatch.setattr(publishing, "_lay_beside", and_somebody_saves)
    new = FILES | {"binder.pdf": b"%PDF 2"}
    with pytest.raises(OutputError, match="changed by hand"):
        publish(target, new, manifest(new), FILES)
    assert file.read_bytes() == b"by hand"
    assert (target / "binder.pdf").read_bytes() == b"%PDF"
    assert sorted(p.name for p in target.parent.iterdir()) == [".generated", ".lock", "2026.1"]


def test_a_build_that_was_killed_between_the_renames_is_put_right_by_the_next(target: Path) -> None:
    """The package that was moved aside comes back, the rest of the killed build goes."""
    before = contents(target)
    target.rename(target.with_name(".previous-2026.1"))
    (target.parent / ".2026.1-abc").mkdir()
    recover(target)
    assert contents(target) == before
    assert sorted(p.name for p in target.parent.iterdir()) == [".lock", "2026.1"]


def test_one_build_of_a_practice_at_a_time(target: Path) -> None:
    """A second process is told to wait, at once."""
    code = (
        "import sys; from pathlib import Path; from pipeline.publish import one_at_a_time; from pipeline.errors import BusyError\n"
        "try:\n  with one_at_a_time(Path(sys.argv[1])): print('free')\nexcept BusyError: print('busy')"
    )

    def second() -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=True
        ).stdout.strip()

    with one_at_a_time(target):
        assert second() == "busy"
    assert second() == "free"
    assert issubclass(BusyError, OutputError)


def test_a_read_only_folder_is_an_error_with_words(tmp_path: Path) -> None:
    """A folder in which nothing can be written is named, with the reason."""
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    with pytest.raises(OutputError, match="could not be written"), one_at_a_time(blocked / "slug" / "2026.1"):
        pass


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda t: (t / "binder.pdf").write_bytes(b"x"), "was changed"),
        (lambda t: (t / "binder.pdf").unlink(), "not in the package"),
        (lambda t: (t / "extra").write_bytes(b"x"), "not in the manifest"),
        (lambda t: (t / "manifest.json").write_text("{"), "manifest is missing"),
        (lambda t: (t / "manifest.json").write_text(json.dumps({"artifacts": [{}]})), "manifest is missing"),
    ],
)
def test_verify_names_each_difference(target: Path, damage: Any, said: str) -> None:
    """Changed, missing, added, no manifest: each is said in words."""
    damage(target)
    assert [problem.what for problem in verify(target) if said in problem.what]


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """sha256 as other programs compute it."""
    (tmp_path / "x").write_bytes(b"abc")
    assert digest(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert os.path.getsize(tmp_path / "x") == 3

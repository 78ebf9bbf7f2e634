"""A firm's own workspace: laid whole or not at all, and an upgrade that never takes a firm's work away."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import LANTERN, ROOT
from filelock import FileLock
from test_cli import snapshot

import pipeline.cli
from pipeline import __version__, firm
from pipeline.cli import main
from pipeline.errors import OutputError
from pipeline.firm import CARRIED, EXAMPLES, RECORD, lay, program_files, upgrade
from pipeline.publish import files_of
from pipeline.schema import validate
from pipeline.workspace import find_workspace

SCHEMA = "schemas/workspace.schema.json"
FIRST = {
    "catalog/catalog.toml": "first",
    "catalog/tasks.toml": "first",
    "catalog/old.toml": "first",
    "templates_docx/SEC-10.docx": "first",
    "templates_docx/SEC-11.docx": "first",
}
SECOND = {
    "catalog/catalog.toml": "second",
    "catalog/tasks.toml": "second",
    "catalog/new/later.toml": "second",
    "templates_docx/SEC-10.docx": "second",
    "templates_docx/SEC-11.docx": "first",
}
Program = Callable[[str, dict[str, str]], None]


def binder(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """program(version, files) makes it the one that is installed: small texts, so that each step can be seen."""

    def install(version: str, texts: dict[str, str]) -> None:
        folder = tmp_path / "program" / version
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        files = {name: folder / name for name in texts} | {SCHEMA: ROOT / SCHEMA}
        monkeypatch.setattr(firm, "program_files", lambda: files)
        monkeypatch.setattr(firm, "__version__", version)

    install("0.5.0", FIRST)
    return install


@pytest.fixture
def ours(program: Program, tmp_path: Path) -> Path:
    """A workspace of the first version in which the firm changed one template and added a scenario."""
    root = tmp_path / "ours"
    lay(root)
    (root / "templates_docx/SEC-10.docx").write_text("our own words")
    (root / "catalog/scenarios.toml").write_text("our own")
    return root


def texts(root: Path) -> dict[str, str]:
    """Every file of a workspace but the schema and the program's own records."""
    return {name: (root / name).read_text() for name in files_of(root) - {SCHEMA, RECORD, ".upgrade.lock"}}


# --- a new workspace


def test_a_workspace_holds_catalogue_templates_and_examples(tmp_path: Path) -> None:
    """In a folder with a space and an umlaut, private to the user, with its record; and it is found from within."""
    root = tmp_path / "our firm – Müller" / "2026"
    done = binder("init", root)
    assert done.exit_code == 0, done.stderr
    for name in (
        *("catalog/catalog.toml", "forms_xlsx/L-01.xlsx", "schemas/profile.schema.json", "templates_docx/SEC-01.docx"),
        *("build/.gitignore", "README.md", ".gitignore", ".gitattributes", "docs/errors.md", "docs/install.md"),
        *(f"practices/{slug}/{file}" for slug in EXAMPLES for file in ("profile.json", "logo.png")),
    ):
        original = ROOT / name
        assert (root / name).read_bytes() == (CARRIED / name if (CARRIED / name).exists() else original).read_bytes(), name
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (root, *root.rglob("*"))}
    assert modes == {(True, 0o700), (False, 0o600)}
    assert find_workspace(root / "catalog").slugs() == EXAMPLES
    assert [entry.name for entry in root.parent.iterdir()] == ["2026"], "nothing is left beside it"
    assert f'cd "{root}"' in done.stdout
    assert f"binder build {LANTERN}" in done.stdout
    record = json.loads((root / RECORD).read_text("utf-8"))
    assert validate(record, root / SCHEMA, RECORD) == []
    assert record["files"].keys() == files_of(root) - {RECORD}


def test_a_workspace_of_another_version_is_told_of_and_used_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade of the program alone, until the workspace follows; a record that cannot be read says nothing."""
    root = tmp_path / "ours"
    lay(root)
    assert binder("--workspace", root, "list").stderr == ""
    monkeypatch.setattr(pipeline.cli, "__version__", "99.0.0")
    done = binder("--workspace", root, "list")
    assert done.exit_code == 0
    assert LANTERN in done.stdout
    assert f'binder {__version__}, and this is 99.0.0. binder init "{root}" --upgrade' in done.stderr
    (root / RECORD).write_text("{")
    assert binder("--workspace", root, "list").stderr == ""


def test_only_files_of_the_program_are_laid_from_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A consultant may work in the checkout: neither clients, nor what trying out an example leaves, nor open files of Word go along."""
    for name in (
        *(
            "pipeline/workspace_files/README.md",
            "catalog/catalog.toml",
            "catalog/~$catalog.docx",
            "docs/write.py",
            "build/x/1.pdf",
        ),
        *("practices/willow-creek/profile.json", f"practices/{LANTERN}/profile.json", f"practices/{LANTERN}/issued/2026.1/a.pdf"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.setattr(firm, "CARRIED", tmp_path / "pipeline" / "workspace_files")
    assert list(program_files()) == ["README.md", "catalog/catalog.toml", f"practices/{LANTERN}/profile.json"]


def test_an_empty_folder_is_filled_where_it_is(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may stand in it: `binder init .` keeps the folder itself. What a stopped call left there is no obstacle."""
    root = tmp_path / "empty"
    (root / ".empty.binder-init-abc").mkdir(parents=True)
    before = root.stat().st_ino
    monkeypatch.chdir(root)
    assert binder("init", ".").exit_code == 0
    assert root.stat().st_ino == before
    assert texts(root) == FIRST
    assert not list(root.glob(".empty*"))


@pytest.mark.parametrize("name", ["notes.txt", ".git/config", "catalog/catalog.toml", RECORD])
def test_a_folder_with_something_in_it_is_refused_and_untouched(name: str, program: Program, tmp_path: Path) -> None:
    """Also where it is a workspace already: then the message names the upgrade."""
    root = tmp_path / "taken"
    (root / name).parent.mkdir(parents=True)
    (root / name).write_text("mine")
    before = snapshot(tmp_path)
    done = binder("init", root)
    assert done.exit_code == 2
    assert "nothing was changed" in done.stderr
    assert ("--upgrade" in done.stderr) == (name == RECORD)
    assert snapshot(tmp_path) == before


def test_a_file_in_place_of_the_folder_is_refused(program: Program, tmp_path: Path) -> None:
    """With a message, like everything else."""
    (tmp_path / "file").write_text("mine")
    done = binder("init", tmp_path / "file")
    assert (done.exit_code, (tmp_path / "file").read_text()) == (2, "mine")


@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_leaves_nothing(there: bool, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither half a workspace nor a folder beside it."""
    root = tmp_path / "ours"
    if there:
        root.mkdir()
    write = firm.write_file

    def full(path: Path, data: bytes) -> None:
        if path.name == "SEC-11.docx":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(path, data)

    before = snapshot(tmp_path).keys()
    monkeypatch.setattr(firm, "write_file", full)
    done = binder("init", root)
    assert done.exit_code == 3
    assert "No space left on device" in done.stderr
    assert snapshot(tmp_path).keys() == before


def test_moving_into_a_folder_that_is_there_is_undone_where_it_fails(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalogue comes last; when it cannot be moved in, nothing stays."""
    root = tmp_path / "ours"
    root.mkdir()
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if target == root / "catalog":
            assert (root / "templates_docx").exists(), "it is the last"
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        lay(root)
    assert list(root.iterdir()) == []


def test_outside_any_workspace_the_message_names_init(tmp_path: Path) -> None:
    """Whoever just installed the program has none yet."""
    done = binder("--workspace", tmp_path, "list")
    assert done.exit_code == 2
    assert "binder init" in done.stderr


# --- a later version


def test_an_upgrade_keeps_what_the_firm_changed(ours: Path, program: Program) -> None:
    """Untouched files are replaced, new ones laid; beside a changed one the new version lies in a folder of its own."""
    program("0.6.0", SECOND)
    done = binder("init", ours, "--upgrade")
    assert done.exit_code == 0, done.stderr
    assert texts(ours) == {
        "catalog/catalog.toml": "second",
        "catalog/tasks.toml": "second",
        "catalog/old.toml": "first",
        "catalog/new/later.toml": "second",
        "catalog/scenarios.toml": "our own",
        "templates_docx/SEC-10.docx": "our own words",
        "templates_docx/SEC-11.docx": "first",
        "new-in-0.6.0/templates_docx/SEC-10.docx": "second",
    }
    told = done.stdout
    assert "0.5.0 → 0.6.0" in told
    for line in (
        *("2  replaced", "1  new", "1  yours stand; the new ones lie in new-in-0.6.0/", "1  no longer part of the program"),
        *("            templates_docx/SEC-10.docx", "            catalog/old.toml"),
    ):
        assert line in told
    assert not list(ours.glob(".upgrade-*"))
    again = binder("init", ours, "--upgrade")
    assert "0.6.0 → 0.6.0" in again.stdout
    assert "Nothing had to be written." in again.stdout


def test_what_was_kept_once_is_not_asked_about_at_every_upgrade(ours: Path, program: Program) -> None:
    """The next version brings no other text there, so there is nothing to compare; the one after does."""
    program("0.6.0", SECOND)
    upgrade(ours)
    program("0.7.0", SECOND)
    assert upgrade(ours).files["own"] == ("templates_docx/SEC-10.docx",)
    assert not (ours / "new-in-0.7.0").exists()
    program("0.8.0", SECOND | {"templates_docx/SEC-10.docx": "third"})
    assert upgrade(ours).files["beside"] == ("templates_docx/SEC-10.docx",)


def test_whoever_takes_the_new_text_over_is_on_it_again(ours: Path, program: Program) -> None:
    """From then on the file is replaced like one that was never touched."""
    program("0.6.0", SECOND)
    upgrade(ours)
    (ours / "new-in-0.6.0/templates_docx/SEC-10.docx").replace(ours / "templates_docx/SEC-10.docx")
    program("0.7.0", SECOND | {"templates_docx/SEC-10.docx": "third"})
    assert "templates_docx/SEC-10.docx" in upgrade(ours).files["replaced"]


def test_what_the_firm_took_away_stays_away(ours: Path, program: Program) -> None:
    """Also when the program changed it since. A file that the firm has under a name that is new in the program is the firm's."""
    (ours / "catalog/tasks.toml").unlink()
    (ours / "catalog/new").mkdir()
    (ours / "catalog/new/later.toml").write_text("our own")
    program("0.6.0", SECOND)
    files = upgrade(ours).files
    assert files["absent"] == ("catalog/tasks.toml",)
    assert "catalog/new/later.toml" in files["beside"]
    assert (ours / "catalog/new/later.toml").read_text() == "our own"
    assert not (ours / "catalog/tasks.toml").exists()


def test_a_colleague_can_read_what_could_be_read_before(ours: Path, program: Program) -> None:
    """A shared folder stays shared."""
    (ours / "catalog/catalog.toml").chmod(0o640)
    program("0.6.0", SECOND)
    upgrade(ours)
    assert stat.S_IMODE((ours / "catalog/catalog.toml").stat().st_mode) == 0o640


@pytest.mark.parametrize("fails", range(1, 6))
def test_an_upgrade_that_cannot_be_finished_changes_nothing(
    fails: int, ours: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever file it is that somebody has open: the files are as they were, and no new ones stay."""
    program("0.6.0", SECOND)
    before = {path: ours.joinpath(path).read_bytes() for path in files_of(ours)}
    replace, calls = os.replace, []

    def refuse(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == fails:
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    done = binder("init", ours, "--upgrade")
    assert done.exit_code == 3
    assert "Permission denied" in done.stderr
    after = {path: ours.joinpath(path).read_bytes() for path in files_of(ours)}
    assert {path: data for path, data in after.items() if path != ".upgrade.lock"} == before
    assert not (ours / "catalog/new").exists()
    assert not (ours / "new-in-0.6.0").exists()


@pytest.mark.parametrize("killed", range(1, 6))
def test_an_upgrade_that_was_killed_goes_on_the_next_time(killed: int, ours: Path, program: Program, tmp_path: Path) -> None:
    """Killed before the first, second … file: nothing of the firm's is lost, and the same command finishes it."""
    program("0.6.0", SECOND)
    script = f"""if True:
        import os
        from pathlib import Path
        from pipeline import firm
        files = {{n: Path(p) for n, p in { ({n: str(p) for n, p in firm.program_files().items()})!r}.items()}}
        firm.program_files, firm.__version__ = lambda: files, "0.6.0"
        replace, left = os.replace, [None] * {killed}
        os.replace = lambda *of: (left.pop(), replace(*of) if left else os._exit(9))
        firm.upgrade(Path({str(ours)!r}))
    """
    done = subprocess.run([sys.executable, "-c", script], check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 9
    assert (ours / "templates_docx/SEC-10.docx").read_text() == "our own words"
    assert list(ours.glob(".upgrade-*")), "it was killed in the middle"
    assert upgrade(ours).before == "0.5.0"
    assert texts(ours)["catalog/catalog.toml"] == "second"
    assert texts(ours)["new-in-0.6.0/templates_docx/SEC-10.docx"] == "second"
    assert (ours / "templates_docx/SEC-10.docx").read_text() == "our own words"
    assert not list(ours.glob(".upgrade-*"))


def test_a_downgrade_is_refused(ours: Path, program: Program) -> None:
    """An older program does not know what a later one laid; 0.10 comes after 0.9."""
    program("0.10.0", SECOND)
    upgrade(ours)
    program("0.9.0", FIRST)
    before = snapshot(ours)
    done = binder("init", ours, "--upgrade")
    assert done.exit_code == 2
    assert "made by binder 0.10.0" in done.stderr
    assert snapshot(ours) == before


@pytest.mark.parametrize("record", [None, "", "[]", "{}", '{"schema": "workspace/1", "binder": "latest", "files": {"a": "b"}}'])
def test_a_folder_without_a_sound_record_is_refused(record: str | None, ours: Path, program: Program) -> None:
    """Without it nobody can tell what the firm changed."""
    (ours / RECORD).unlink()
    if record is not None:
        (ours / RECORD).write_text(record)
    program("0.6.0", SECOND)
    before = snapshot(ours)
    done = binder("init", ours, "--upgrade")
    assert done.exit_code == 2
    assert RECORD in done.stderr + done.stdout
    assert snapshot(ours) == before


def test_a_record_that_names_files_elsewhere_reaches_nothing_there(ours: Path, program: Program, tmp_path: Path) -> None:
    """Only the program's own names are written, whatever a colleague's record says; nothing is deleted."""
    record = json.loads((ours / RECORD).read_text("utf-8"))
    (tmp_path / "secret.txt").write_text("first")
    record["files"]["../secret.txt"] = record["files"]["catalog/catalog.toml"]
    (ours / RECORD).write_text(json.dumps(record))
    program("0.6.0", SECOND)
    upgrade(ours)
    assert (tmp_path / "secret.txt").read_text() == "first"


def test_two_upgrades_at_once_do_not_meet(ours: Path, program: Program) -> None:
    """The second is told to wait."""
    program("0.6.0", SECOND)
    with FileLock(ours / ".upgrade.lock"):
        done = binder("init", ours, "--upgrade")
    assert done.exit_code == 4
    assert texts(ours)["catalog/catalog.toml"] == "first"

"""A binder behind a password: who gets in, what a stranger sees, and where the password is never written."""

from __future__ import annotations

import io
import os
import re
import subprocess
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner, Result
from conftest import LANTERN, copied_workspace

from pipeline.build import Built, Options, build
from pipeline.cli import main
from pipeline.editions import PACKAGE, issued_folder
from pipeline.errors import ProblemsFound, UsageError
from pipeline.history import verify_edition
from pipeline.issue import issue
from pipeline.package import LIBRARIES
from pipeline.passwords import Passwords, read_passwords
from pipeline.pdf.bind import Part, Properties, bind
from pipeline.pdf.convert import Source
from pipeline.pdf.lock import lock
from pipeline.publish import files_of, hand_edits, is_locked, read_manifest, verify
from pipeline.schema import validate
from pipeline.workspace import Workspace

OPENS, OWNS = "lantern fog copper übermut", "nobody guesses this one"
NAME = "Lantern Online Therapy"


def small() -> bytes:
    """A bound PDF of one page whose properties and bookmark name a practice."""
    blank, target = pikepdf.new(), io.BytesIO()
    blank.add_blank_page()
    blank.save(target)
    return bind([Part(NAME, 0, target.getvalue())], Properties(NAME, NAME, "Subject", date(2026, 9, 14)))


def seen(raw: bytes) -> bytes:
    """What a stranger without a password finds in a PDF: its bytes, and all of its streams that can be unpacked."""
    found = [raw]
    for stream in re.finditer(rb"stream\r?\n(.*?)endstream", raw, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(stream[1]))
        except zlib.error:
            continue
    return b"\n".join(found)


def qpdf(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["qpdf", *arguments, str(file)], capture_output=True, text=True, check=False)


def written(folder: Path, *lines: str, end: str = "\n") -> Path:
    file = folder / "password.txt"
    file.write_bytes("".join(line + end for line in lines).encode())
    file.chmod(0o600)
    return file


def test_the_password_opens_it_and_no_other_does(tmp_path: Path) -> None:
    """Four readers that know nothing of each other."""
    file = tmp_path / "binder.pdf"
    file.write_bytes(lock(small(), Passwords(OPENS)))
    assert qpdf(file, "--check", f"--password={OPENS}").returncode == 0
    assert subprocess.run(["pdftotext", "-upw", OPENS, file, "-"], capture_output=True, text=True, check=True).stdout
    assert len(pypdfium2.PdfDocument(file, password=OPENS)) == 1
    with pikepdf.open(file, password=OPENS) as document:
        assert document.docinfo["/Title"] == NAME
    for wrong in ("", OPENS[:-1], OPENS.upper(), "password"):
        assert "invalid password" in qpdf(file, "--check", f"--password={wrong}").stderr
        assert subprocess.run(["pdftotext", "-upw", wrong, file, "-"], capture_output=True, check=False).returncode
        with pytest.raises(pypdfium2.PdfiumError):
            pypdfium2.PdfDocument(file, password=wrong)
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(file, password=wrong)


def test_it_is_aes_with_256_bits_and_may_be_printed_and_read_aloud(tmp_path: Path) -> None:
    """As an outside reader says; the properties are encrypted with the rest."""
    file = tmp_path / "binder.pdf"
    file.write_bytes(lock(small(), Passwords(OPENS, OWNS)))
    told = qpdf(file, "--show-encryption", f"--password={OPENS}").stdout
    assert "R = 6" in told
    assert re.findall(r"(\w+) encryption method: (\w+)", told) == [(part, "AESv3") for part in ("stream", "string", "file")]
    assert re.findall(r"(.*): allowed", told) == ["extract for accessibility", "print low resolution", "print high resolution"]
    assert "Supplied password is user password" in told
    assert "Supplied password is owner password" in qpdf(file, "--show-encryption", f"--password={OWNS}").stdout


def test_a_stranger_reads_nothing_in_its_bytes() -> None:
    """Not a title, not a bookmark, not the digest of the text; the same search finds them all in the file without a password."""
    clear = small()
    locked = lock(clear, Passwords(OPENS, OWNS))
    digest = bytes(pikepdf.open(io.BytesIO(clear)).trailer.ID[0])
    for word in (NAME.encode(), b"D:20260914", b"AtkinsonHyperlegible", b"Binder page"):
        assert word in seen(clear)
        assert word not in seen(locked)
    assert digest.hex().encode() in clear
    assert digest.hex().encode() not in locked


def test_two_locked_copies_share_no_key() -> None:
    """Equal bytes would mean that salts or keys are not random."""
    clear = small()
    assert lock(clear, Passwords(OPENS)) != lock(clear, Passwords(OPENS))


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_first_line_opens_and_the_second_is_the_owners(tmp_path: Path, end: str) -> None:
    """Whatever the editor writes at the end of a line; a mark of order at the beginning is no part of a password."""
    both = ([OPENS], [OPENS, OWNS]) if end else ([OPENS],)
    for lines in both:
        file = written(tmp_path, *lines, end=end)
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
        assert read_passwords(file, LANTERN) == (Passwords(*lines), ())


def test_each_practice_has_its_own_password_in_a_folder(tmp_path: Path) -> None:
    """One client's password opens no other client's binder; a missing file is named."""
    (tmp_path / f"{LANTERN}.txt").write_text(OPENS, "utf-8")
    (tmp_path / f"{LANTERN}.txt").chmod(0o600)
    assert read_passwords(tmp_path, LANTERN) == (Passwords(OPENS), ())
    with pytest.raises(ProblemsFound) as raised:
        read_passwords(tmp_path, "other")
    assert raised.value.problems[0].where == str(tmp_path / "other.txt")


def test_a_password_is_not_printed_with_what_holds_it() -> None:
    """A dataclass in a log or a traceback."""
    assert "lantern" not in repr(Passwords(OPENS, OWNS))
    assert "nobody" not in repr(Passwords(OPENS, OWNS))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_a_file_that_others_may_read_is_a_warning(tmp_path: Path) -> None:
    """It is used all the same."""
    file = written(tmp_path, OPENS)
    file.chmod(0o640)
    passwords, (warning,) = read_passwords(file, LANTERN)
    assert passwords == Passwords(OPENS)
    assert warning.warning
    assert "chmod 600" in warning.mend


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "line 1\n    No password stands there"),
        (b"\nsecond line only, long enough", "No password stands there"),
        (b"short-secret", "too short"),
        (b"x" * 128, "too long"),
        ("ü".encode() * 64, "too long"),
        (b" secret with a blank", "begins or ends with a blank"),
        (b"secret with a tab\tin it", "programs write in different ways"),
        ("secret of the o\ufb03ce".encode(), "programs write in different ways"),
        ("secret of the cafe\u0301".encode(), "programs write in different ways"),
        ("secret \u05e9\u05dc\u05d5\u05dd behind".encode(), "programs write in different ways"),
        ("secret with a face \U0001f600".encode(), "programs write in different ways"),
        (b"secret-secret-secret\nsecret-secret-secret", "line 2\n    The password of the owner is the one that opens"),
        (b"secret-secret-secret\nsecret", "line 2\n    The password is too short"),
        (b"secret-secret-secret\nsecret-secret-again\nsecret", "more than two lines"),
        ("secret-secret-secret".encode("utf-16"), "not plain text"),
        (b"secret-secret-secret\n" * 90_000, "more than two lines"),
    ],
)
def test_a_bad_password_file_is_answered_in_words(
    workspace: Workspace, tmp_path: Path, binder: Callable[..., Result], data: bytes, told: str
) -> None:
    """Exit code 2 before anything is done, and the password stands in no message."""
    file = tmp_path / "password.txt"
    file.write_bytes(data)
    for command in (["build", LANTERN], ["issue", LANTERN, "--approved", "2026-10-06"]):
        shown = binder(*command, "--password-file", str(file))
        assert shown.exit_code == 2
        assert f"{file}" in shown.stderr
        assert told in shown.stderr
        assert "secret" not in shown.output
    assert not (workspace.build / LANTERN).exists()


def test_a_missing_password_file_is_answered_in_words(binder: Callable[..., Result], tmp_path: Path) -> None:
    """Nothing is built in the clear because of a misspelt name."""
    shown = binder("build", LANTERN, "--password-file", str(tmp_path / "gone.txt"))
    assert shown.exit_code == 2
    assert "gone.txt" in shown.stderr


@pytest.fixture(scope="module")
def locked(project: Workspace, once: Callable[..., dict[str, tuple[Path, str]]]) -> tuple[Path, str]:
    """A package with a locked binder, and what the program said while it was built."""

    def make(folder: Path) -> tuple[Path, str]:
        arguments = ["build", LANTERN, "--output", str(folder / "out"), "--password-file", str(written(folder, OPENS, OWNS))]
        shown = CliRunner().invoke(main, ["--workspace", str(project.root), *arguments])
        assert shown.exit_code == 0, shown.output
        return folder / "out" / LANTERN / "2026.1", shown.output

    return once({"locked": make})["locked"]


def test_only_the_binder_is_another_one(locked: tuple[Path, str], packages: dict[str, Built], project: Workspace) -> None:
    """Every other file is byte for byte that of a build without a password, and so is the manifest but for two words."""
    target, clear = locked[0], packages[LANTERN].target
    assert files_of(target) == files_of(clear)
    differing = {name for name in files_of(clear) if (target / name).read_bytes() != (clear / name).read_bytes()}
    assert differing == {"binder.pdf", "manifest.json"}
    manifest, before = read_manifest(target), read_manifest(clear)
    assert manifest
    assert before
    assert validate(manifest, project.schemas / "manifest.schema.json", "manifest.json") == []
    assert manifest["artifacts"][0].pop("encrypted") is True
    for one in (manifest, before):
        del one["artifacts"][0]["sha256"]
    assert manifest == before


def test_the_locked_binder_holds_what_the_open_one_holds(
    locked: tuple[Path, str], packages: dict[str, Built], outside: Callable[..., str]
) -> None:
    """The same text on the same pages; a stranger finds neither the practice nor a policy in it."""
    file, clear = locked[0] / "binder.pdf", packages[LANTERN].target / "binder.pdf"
    assert outside("pdftotext", "-upw", OPENS, file, "-") == outside("pdftotext", clear, "-")
    for word in (NAME.encode(), b"SEC-10"):
        assert word in seen(clear.read_bytes())
        assert word not in seen(file.read_bytes())


def test_a_locked_package_is_whole_and_unedited(locked: tuple[Path, str]) -> None:
    """The manifest holds the hash of the file as it is published; nothing has to be opened to check it."""
    assert verify(locked[0]) == []
    assert hand_edits(locked[0]) == []
    assert is_locked(locked[0])


def test_the_password_stands_nowhere(locked: tuple[Path, str]) -> None:
    """Not in the package or beside it, not in what the program says."""
    target, told = locked
    files = [path for path in target.parent.rglob("*") if path.is_file()]
    assert len(files) > 100
    for secret in (OPENS, OWNS):
        assert secret not in told
        assert not [path.name for path in files if secret.encode() in seen(path.read_bytes())]


class OnePage:
    """Stands in for an engine where a test needs many builds and looks at no page."""

    name, version = "one page", "1"

    def convert(self, sources: Sequence[Source]) -> list[bytes]:
        blank, target = pikepdf.new(), io.BytesIO()
        blank.add_blank_page()
        blank.save(target)
        return [target.getvalue()] * len(sources)


def test_forgetting_the_password_is_told_and_never_issued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft that was locked: issued only with a password again; built without one, it says so."""
    for module in ("draft", "issue"):
        monkeypatch.setattr(f"pipeline.{module}.engine", lambda *_: OnePage())
    workspace = copied_workspace(tmp_path / "firm", LANTERN)
    file, day = written(tmp_path, OPENS), date(2026, 10, 6)

    def built(password_file: Path | None) -> list[str]:
        made = build(workspace, LANTERN, Options(password_file=password_file), lambda _: None)
        return [warning.what for warning in made.warnings if warning.where.endswith("binder.pdf")]

    assert built(file) == []
    with pytest.raises(UsageError, match="give --password-file"):
        issue(workspace, LANTERN, Options(), day, day, lambda _: None)
    assert built(None) == ["The binder opened with a password only, and is not locked any more."]
    done = issue(workspace, LANTERN, Options(password_file=file), day, day, lambda _: None)
    assert done.folder == issued_folder(workspace, LANTERN) / "2026.1"
    assert is_locked(done.folder / PACKAGE)
    assert verify_edition(workspace, done.folder).edition == "2026.1"
    assert "invalid password" in qpdf(done.folder / PACKAGE / "binder.pdf", "--check").stderr


def test_what_locks_the_binder_is_named_in_the_manifest(packages: dict[str, Built]) -> None:
    """qpdf comes inside of pikepdf and has a number of its own."""
    manifest = read_manifest(packages[LANTERN].target)
    assert manifest
    assert manifest["tools"]["qpdf"] == pikepdf.__libqpdf_version__
    assert {*LIBRARIES} < {*manifest["tools"]}

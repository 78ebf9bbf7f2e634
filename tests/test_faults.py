"""Whatever goes wrong at whatever step of writing: what was there stays, what comes is whole, and the next run goes on."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import returned
from click.testing import Result
from conftest import ROOT
from faults import FAULTS, FULL, KILLED, READ_ONLY, Died, Fault, contents, faulty, visible
from issued import FILES, SLUG, put
from PIL import Image

from pipeline import commit as committing
from pipeline import publish as publishing
from pipeline.assess import set_draft_aside
from pipeline.commit import commit
from pipeline.editions import RECORD
from pipeline.edits import Edited, keep_edits
from pipeline.errors import BinderError, BusyError, OutputError
from pipeline.filing import file_record
from pipeline.history import remove_edition
from pipeline.issue import freeze
from pipeline.publish import generated_folder, one_at_a_time, publish, recover, verify
from pipeline.starter import start_practice
from pipeline.whole import write_new, write_over
from pipeline.workspace import Workspace

OLD = {"binder.pdf": b"%PDF old", "02-policies/SEC-10 Passwords.docx": b"old", "02-policies/SEC-11 Old.docx": b"old"}
NEW = {"binder.pdf": b"%PDF new", "02-policies/SEC-10 Passwords.docx": b"new", "03-forms-and-logs/L-01.xlsx": b"new"}
TEXT = {"02-policies/SEC-10 Passwords.docx": b"without edits"}
TODAY = date(2040, 1, 1)


def lay(root: Path, files: dict[str, bytes], generated: dict[str, bytes] = TEXT) -> None:
    """Publish a package of these files."""
    target = root / "build" / SLUG / "2026.1"
    entries = [{"path": path, "sha256": hashlib.sha256(data).hexdigest()} for path, data in files.items()]
    with one_at_a_time(target):
        publish(target, files, {"practice": SLUG, "edition": "2026.1", "artifacts": entries}, generated)


def record_value(scope: str) -> dict[str, Any]:
    return {"schema": "assessment/1", "scope": scope, "findings": []}


def record_file(root: Path, folder: str = "assessments") -> Path:
    return root / "practices" / SLUG / folder / "2026-10-05.json"


def edited(text: bytes) -> list[Edited]:
    return [Edited(Path("x"), id, "2026.1", "docx", (), b"base of " + text, text) for id in ("SEC-10", "SEC-11")]


def issue_small(root: Path, edition: str = "2026.1") -> None:
    folder = root / "practices" / SLUG / "issued" / edition
    if not folder.exists():
        with one_at_a_time(folder):
            freeze(folder, {**FILES, RECORD: b"{}"})


def delete_edition(root: Path) -> None:
    if not (root / "practices" / SLUG / "issued" / "2026.1.removed.json").exists():
        remove_edition(Workspace(root), SLUG, "2026.1", TODAY)


def new_record(root: Path) -> None:
    file_record(record_file(root), record_value("new"), replace=True)


def two_records(root: Path) -> None:
    """What recording two filled files does, where they are not recorded already."""
    folder = Workspace(root).practice(SLUG)
    names = [f"records/2026-10-0{day}-L-06{suffix}" for day in (1, 2) for suffix in (".xlsx", ".json")]
    if not (folder / names[0]).exists():
        commit(folder, {folder / name: name.encode() for name in names})


def keep(text: bytes) -> Callable[[Path], Any]:
    def act(root: Path) -> None:
        folder = Workspace(root).practice(SLUG)
        held = folder / "overlays" / "2026.1" / "SEC-10.edited.docx"
        if not held.exists() or held.read_bytes() != text:
            keep_edits(Workspace(root), SLUG, edited(text))

    return act


def begin(root: Path) -> None:
    if not (root / "practices" / "willow-creek" / "profile.json").exists():
        start_practice(Workspace(root), "willow-creek", "Willow Creek Therapy")


def new_workbook(root: Path) -> None:
    file = root / "practices" / SLUG / "workbooks" / "2026-10-05-risk-analysis.xlsx"
    if not file.exists():
        write_new(file, b"workbook")


def two_editions(root: Path) -> None:
    for edition, day, previous in (("2026.1", "2026-10-05", None), ("2027.1", "2027-10-05", "2026.1")):
        put(Workspace(root), edition, day, previous)


def draft_and_record(root: Path) -> None:
    file_record(record_file(root), record_value("old"), replace=False)
    file_record(record_file(root, "drafts"), record_value("draft"), replace=False)


@dataclass(frozen=True)
class Work:
    """Something that is written. acts: each is there whole or not at all, and may be repeated; before: what is there already."""

    name: str
    acts: tuple[Callable[[Path], Any], ...]
    before: Callable[[Path], Any] = lambda _: None

    def __str__(self) -> str:
        return self.name

    def run(self, root: Path) -> None:
        for act in self.acts:
            act(root)


WORKS = (
    Work("publish a first package", (lambda root: lay(root, NEW),)),
    Work("publish in place of a package", (lambda root: lay(root, NEW),), lambda root: lay(root, OLD, {"a.docx": b"old base"})),
    Work("publish the same again", (lambda root: lay(root, OLD),), lambda root: lay(root, OLD)),
    Work("issue", (issue_small,)),
    Work("delete an issued edition", (delete_edition, lambda root: issue_small(root, "2028.1")), two_editions),
    Work("file a record", (new_record,)),
    Work(
        "import in place of a record",
        (new_record, lambda root: set_draft_aside(root / "practices" / SLUG, "2026-10-05")),
        draft_and_record,
    ),
    Work("record", (two_records,)),
    Work("keep edits", (keep(b"first"),)),
    Work("keep edits again", (keep(b"second"),), keep(b"first")),
    Work("begin a practice", (begin,)),
    Work("write a workbook", (new_workbook,)),
    Work("write a page", (lambda root: write_over(root / "a.html", b"new"),), lambda root: write_over(root / "a.html", b"old")),
)


@dataclass(frozen=True)
class Course:
    """What an undisturbed run does. states: what a person sees before it and after each act; end: all files; steps: by kind."""

    states: list[dict[str, bytes]]
    end: dict[str, bytes]


def begun(root: Path, work: Work) -> Path:
    """A workspace in which the work can begin."""
    (root / "practices" / SLUG).mkdir(parents=True)
    (root / "build").mkdir()
    for name in ("schemas", "catalog"):
        (root / name).symlink_to(ROOT / name)
    work.before(root)
    return root


def seen(root: Path) -> dict[str, bytes]:
    """Every file that a person or the program sees: of an edition that counts as deleted, none."""
    gone = tuple(name.removesuffix(".removed.json") + "/" for name in contents(root) if name.endswith(".removed.json"))
    return {name: data for name, data in visible(root).items() if not (gone and name.startswith(gone))}


def course(root: Path, work: Work) -> Course:
    states = [seen(begun(root, work))]
    for act in work.acts:
        act(root)
        states.append(seen(root))
    return Course(states, contents(root))


def interrupted(root: Path, work: Work, fault: Fault, at: int) -> tuple[bool, str]:
    """Run the work with a fault at a step: whether it came so far at all, and what was told."""
    with faulty(root, fault, at) as taken:
        try:
            work.run(root)
        except Died:
            return True, ""
        except BinderError as error:
            return True, str(error)
    return len(taken) >= at, ""


def check_whole(root: Path, known: Course, told: str) -> None:
    """Nothing half-written is seen, nothing is lost, and the message is true."""
    for name, data in seen(root).items():
        assert data in [state.get(name) for state in known.states], f"{name} is half-written"
    if "othing was changed" in told:
        assert seen(root) in known.states
    open_practice(root)
    assert seen(root) in known.states
    for target in (root / "build" / SLUG).glob("[0-9]*"):
        assert verify(target) == []
        assert (base := generated_folder(target))
        assert contents(base)


def open_practice(root: Path) -> None:
    """What every command does first, and every build."""
    Workspace(root).practice(SLUG)
    recover(root / "build" / SLUG / "2026.1")


def at_every_step(tmp_path: Path, work: Work, fault: Fault) -> list[Path]:
    """The work with the fault at each of its steps, looked at after the fault and after the next run; gives their folders."""
    known = course(tmp_path / "undisturbed", work)
    for at in range(1, 200):
        root = begun(tmp_path / str(at), work)
        came, told = interrupted(root, work, fault, at)
        if not came:
            break
        check_whole(root, known, told)
        work.run(root)
        assert contents(root) == known.end, f"after a fault at step {at}"
    assert not came
    return [tmp_path / str(number) for number in range(1, at)]


@pytest.fixture(autouse=True)
def _no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of the tests is not switched off, so nothing waits for it."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("work", WORKS, ids=str)
def test_a_fault_at_any_step_of_writing_loses_nothing(tmp_path: Path, work: Work, fault: Fault) -> None:
    """Killed, full, read-only, open elsewhere, at each step in turn; then the next run comes to the same end."""
    assert at_every_step(tmp_path, work, fault)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("work", WORKS[:3], ids=str)
def test_a_disk_that_cannot_exchange_folders_loses_no_package(
    tmp_path: Path, work: Work, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows and some network drives: the package before may lie aside for a moment, and comes back."""
    monkeypatch.setattr(publishing, "swap", lambda *_: False)
    assert at_every_step(tmp_path, work, fault)


def test_at_no_moment_is_there_no_package(tmp_path: Path) -> None:
    """Where folders can be exchanged, a killed build leaves a package in its place, before anybody puts anything right."""
    if not can_exchange(tmp_path):
        pytest.skip("this disk cannot exchange folders")
    work, target = WORKS[1], Path("build", SLUG, "2026.1")
    for at in range(1, 200):
        root = begun(tmp_path / str(at), work)
        came, _ = interrupted(root, work, KILLED, at)
        assert verify(root / target) == []
        if not came:
            break
    assert at > 20


def can_exchange(folder: Path) -> bool:
    for name in ("one", "other"):
        (folder / name).mkdir()
        (folder / name / name).touch()
    if not publishing.swap(folder / "one", folder / "other"):
        return False
    assert (folder / "one" / "other").exists()
    return (folder / "other" / "one").exists()


# --- controls: what these tests would say of careless writing


def careless_page(root: Path) -> None:
    (root / "a.html").write_bytes(b"the new page")


def careless_records(root: Path) -> None:
    """One file after the other, each of them whole."""
    folder = root / "practices" / SLUG / "records"
    for name in ("a.xlsx", "a.json"):
        write_over(folder / name, b"of the record")


def careless_replacement(root: Path) -> None:
    """The old one goes aside before the new one is there."""
    file = record_file(root)
    if json.loads(file.read_text())["scope"] != "new":
        file.rename(file.with_name("old.json"))
        write_over(file, json.dumps(record_value("new")).encode())


CARELESS = (
    Work("over the old page", (careless_page,), lambda root: (root / "a.html").write_bytes(b"the page of before")),
    Work("one after the other", (careless_records,)),
    Work("aside first", (careless_replacement,), draft_and_record),
)


@pytest.mark.parametrize("work", CARELESS, ids=str)
def test_careless_writing_would_be_found(tmp_path: Path, work: Work) -> None:
    """Control: at some step of these, a killed program leaves half of something, or nothing."""
    with pytest.raises((AssertionError, FileNotFoundError)):
        at_every_step(tmp_path, work, KILLED)


# --- real processes and real disks


def python(code: str, *arguments: object, **more: Any) -> subprocess.Popen[str]:
    """A program of its own, with its output to be read."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **more)


def said(process: subprocess.Popen[str]) -> str:
    out, wrong = process.communicate(timeout=60)
    assert process.returncode == 0, wrong
    return out


WRITES_FOR_EVER = """
import sys; from itertools import count; from pathlib import Path
from test_faults import NEW, OLD, lay, keep, new_record
root = Path(sys.argv[1]); print("begun", flush=True)
for number in count():
    lay(root, NEW if number % 2 else OLD); keep(b"%d" % number)(root)
"""


def test_a_program_that_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    """Real processes and SIGKILL at random moments; the lock of the killed one is free, and a package stands."""
    chance, root = random.Random(7), begun(tmp_path / "firm", WORKS[1])
    for _ in range(4):
        process = python(WRITES_FOR_EVER, root)
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        time.sleep(chance.uniform(0, 0.4))
        process.kill()
        process.communicate()
        open_practice(root)
        assert verify(root / "build" / SLUG / "2026.1") == []
        for file in (root / "practices" / SLUG / "overlays").glob("2026.1/*.edited.docx"):
            assert file.with_name(file.name.replace("edited", "generated")).read_bytes() == b"base of " + file.read_bytes()
    WORKS[1].run(root)
    assert [path.name for path in (root / "build" / SLUG).iterdir() if path.name[0] == "."] in (
        [".lock", ".generated"],
        [".generated", ".lock"],
    )


HOLDS = """
import sys, time; from pathlib import Path; from pipeline.publish import one_at_a_time
with one_at_a_time(Path(sys.argv[1])): print("held", flush=True); time.sleep(60)
"""


def test_a_second_build_is_told_to_wait_and_a_killed_one_holds_nobody_up(
    workspace: Workspace, binder: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 4 while the first one runs; after it was killed the lock that it left is nobody's."""
    process = python(HOLDS, workspace.build / SLUG / "2026.1")
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    busy = binder("build", SLUG)
    assert busy.exit_code == BusyError.exit_code
    assert "Another build of this practice is running" in busy.stderr
    process.kill()
    process.communicate()
    assert (workspace.build / SLUG / ".lock").exists()
    with one_at_a_time(workspace.build / SLUG / "2026.1"):
        pass


def test_two_commands_that_file_something_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits for some seconds; then it says so, and has changed nothing."""
    monkeypatch.setattr(committing, "SECONDS", 0.1)
    root = begun(tmp_path / "firm", WORKS[5])
    with one_at_a_time(root / "practices" / SLUG / "assessments"), pytest.raises(BusyError, match="Another command is writing"):
        new_record(root)
    assert seen(root) == {}
    new_record(root)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk with room for one small package."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if (
        not hasattr(os, "geteuid")
        or os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", folder], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("only who may mount a disk can try this")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_real_disk_that_is_full_keeps_what_it_has(small_disk: Path) -> None:
    """The package before stays; so do the record and the edits of before, and there is room again once the rest is gone."""
    for act in (partial(lay, files=OLD), new_record, keep(b"first")):
        act(small_disk)
    before, big = contents(small_disk), os.urandom(400_000)
    for act in (
        lambda: lay(small_disk, {"binder.pdf": big}),
        lambda: file_record(record_file(small_disk), record_value(big.hex()), replace=True),
        lambda: keep(big)(small_disk),
        lambda: write_new(small_disk / "drafts" / "a.eml", big),
    ):
        with pytest.raises(OutputError, match="the disk is full"):
            act()
        assert contents(small_disk) == before
    WORKS[1].run(small_disk)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_file_that_may_not_grow_is_an_error_in_words(tmp_path: Path) -> None:
    """What a quota does: the system refuses in the middle of a file."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from pipeline.whole import write_over; from pipeline.errors import OutputError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_over(Path(sys.argv[1]), b'x' * 5000)\n"
        "except OutputError as error: print(error)"
    )
    (tmp_path / "a.html").write_text("the page of before")
    assert "could not be written: File too large. What was there is unchanged." in said(python(code, tmp_path / "a.html"))
    assert contents(tmp_path) == {"a.html": b"the page of before"}


# --- what a person is told


COMMANDS = (
    ("new", "willow-creek", "--name", "Willow Creek Therapy"),
    ("assess", SLUG, "--date", "2026-10-05"),
    ("import", SLUG, "back.xlsx", "--replace"),
    ("record", SLUG, "scan.png", "--form", "F-18", "--date", "2026-11-09"),
    ("build", SLUG),
    ("issue", SLUG, "--approved", "2026-10-05"),
    ("status", SLUG, "--on", "2026-11-23"),
    ("remind", SLUG, "--on", "2026-12-23"),
)


@pytest.mark.parametrize("fault", [FULL, READ_ONLY], ids=str)
def test_every_command_says_in_words_what_the_disk_refused(
    workspace: Workspace, binder: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """Exit code 3 and the reason, no traceback and nothing changed; a build says so before it renders anything."""
    assert binder("assess", SLUG, "--date", "2026-10-05", "--output", str(workspace.root / "back.xlsx")).exit_code == 0
    analysis = workspace.practices / SLUG / "assessments" / "2026-10-05.json"
    value = json.loads(analysis.read_text("utf-8"))
    analysis.write_text(json.dumps(value | {"scope": "Otherwise."}), "utf-8")
    Image.new("L", (40, 40)).save(workspace.root / "scan.png")
    monkeypatch.chdir(workspace.root)
    before = contents(workspace.root)
    for command in COMMANDS:
        with faulty(workspace.root, fault, 1) as steps:
            told = binder(*command)
        assert steps, command
        assert told.exit_code == OutputError.exit_code, (command, told.stderr)
        assert str(fault) in told.stderr
        assert contents(workspace.root) == before


# --- the clock

SET_BACK = 1_000_000_000  # September 2001


def test_a_clock_that_was_set_back_keeps_nothing_from_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files, locks and leftovers of the future are as good as others, and nothing that is written depends on the hour."""
    known = {work.name: course(tmp_path / work.name, work).end for work in WORKS}
    for work in WORKS:
        root = begun(tmp_path / f"{work.name} later", work)
        if work.acts[0] is not delete_edition:
            for path in root.rglob("*"):
                os.utime(path, (4_000_000_000, 4_000_000_000), follow_symlinks=False)
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: float(SET_BACK))
            patch.setattr(time, "time_ns", lambda: SET_BACK * 10**9)
            work.run(root)
        assert contents(root) == known[work.name]


def test_documents_do_not_know_the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made in another year they have the same bytes: a form, a log, a paper to sign."""
    documents = ("F-01", "L-06", "F-18")
    before, then = [returned.issued(SLUG, id) for id in documents], time.gmtime(SET_BACK)
    monkeypatch.setattr(time, "time", lambda: float(SET_BACK))
    monkeypatch.setattr(time, "localtime", lambda *_: then)
    assert [returned.issued.__wrapped__(SLUG, id) for id in documents] == before


# --- processes


STARTS_A_WORKER = """
import os, sys; from concurrent.futures import ProcessPoolExecutor; from multiprocessing import get_context
from pipeline.work import end_with_owner
if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=end_with_owner if sys.argv[1] == "ends" else None)
    print(pool.submit(os.getpid).result(), flush=True)
    sys.stdin.read()
"""


def test_a_worker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """Also where that one is killed. Control: without the guard the worker waits for ever."""
    script = tmp_path / "starts.py"
    script.write_text(STARTS_A_WORKER)
    workers = {}
    for guard in ("waits", "ends"):
        code = f"import runpy, sys; sys.argv = ['', '{guard}']; runpy.run_path({str(script)!r}, run_name='__main__')"
        with python(code, stdin=subprocess.PIPE) as process:
            assert process.stdout
            workers[guard] = int(process.stdout.readline())
            process.kill()
    try:
        for _ in range(300):
            if not runs(workers["ends"]):
                break
            time.sleep(0.1)
        assert not runs(workers["ends"])
        assert runs(workers["waits"])
    finally:
        os.kill(workers["waits"], signal.SIGKILL)


def runs(process: int) -> bool:
    """Whether it does; one that only waits to be noticed does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False

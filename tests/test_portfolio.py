"""Many practices at once: who is built, what stops whom, what is said at the end, and how an interrupted run goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN, ROOT

import pipeline.portfolio
from pipeline.build import Built, Options
from pipeline.crews import Crew, processes
from pipeline.errors import Problem, UsageError
from pipeline.portfolio import Outcome, Task, at_most, build_one, choose, make_tasks, run_all
from pipeline.portfolio_text import closing_table, exit_code, how_far, worst_first
from pipeline.schema import load_schema
from pipeline.where import condition
from pipeline.workspace import Workspace

Binder = Callable[..., Result]
Edit = Callable[..., Path]


def tasks(folder: Path, *slugs: str, seconds: float = 600) -> list[Task]:
    return [Task(folder, slug, Options(), seconds) for slug in slugs]


def quick(task: Task) -> Outcome:
    """Note that the task was begun, and by which process."""
    with (task.root / f"{task.slug}.begun").open("a") as file:
        file.write(f"{os.getpid()}\n")
    return Outcome(task.slug, 0.1, "2026.1", 1, 1)


def crashing(task: Task) -> Outcome:
    """The process of "bad" dies without a word, while others are at work."""
    done = quick(task)
    if task.slug == "bad":
        os._exit(9)
    time.sleep(0.3)
    return done


def hanging(task: Task) -> Outcome:
    """The work of "slow" hangs in native code that answers to no signal and lets no other thread run."""
    with at_most(task.seconds):
        if task.slug == "slow":
            re.match("(a+)+$", "a" * 60 + "b")
        return quick(task)


def waiting(task: Task) -> Outcome:
    """All but the first wait until somebody stops them, and say that they were let go in an orderly way."""
    done = quick(task)
    try:
        time.sleep(0 if task.slug == "first" else 60)
    finally:
        (task.root / f"{task.slug}.left").touch()
    return done


def begun(folder: Path, slug: str) -> list[str]:
    return (folder / f"{slug}.begun").read_text().split()


# --- one stops none of the others


def test_every_practice_is_worked_on_once_by_as_many_processes_as_asked_for(tmp_path: Path) -> None:
    """None of them is this one."""
    slugs = [f"p{number}" for number in range(12)]
    done = list(run_all(tasks(tmp_path, *slugs), partial(processes, 2), quick))
    assert sorted(one.slug for one in done) == sorted(slugs)
    workers = [worker for slug in slugs for worker in begun(tmp_path, slug)]
    assert len(workers) == 12
    assert len(set(workers)) <= 2
    assert str(os.getpid()) not in workers


def test_a_process_that_crashes_fails_only_the_practice_that_crashes_by_itself(tmp_path: Path) -> None:
    """The pool breaks with it; those that were at work and those that waited are done by another one."""
    done = {one.slug: one for one in run_all(tasks(tmp_path, "a", "bad", "b", "c"), partial(processes, 2), crashing)}
    assert {slug: one.exit_code for slug, one in done.items()} == {"a": 0, "b": 0, "c": 0, "bad": 70}
    assert "crashed" in done["bad"].said
    # once in company, once alone
    assert len(begun(tmp_path, "bad")) == 2
    assert len(begun(tmp_path, "c")) == 1


def test_a_practice_that_takes_too_long_is_given_up_even_where_it_hangs_in_native_code(tmp_path: Path) -> None:
    """It is not tried a second time."""
    done = {one.slug: one for one in run_all(tasks(tmp_path, "slow", "a", "b", seconds=1.5), partial(processes, 2), hanging)}
    assert {slug: one.exit_code for slug, one in done.items()} == {"slow": 70, "a": 0, "b": 0}
    assert done["slow"].said == "given up after 0.025 minutes"


def test_any_executor_does_the_work(tmp_path: Path) -> None:
    """No more is given out than is worked on."""
    given: list[int] = []

    @contextmanager
    def threads() -> Iterator[Crew]:
        with ThreadPoolExecutor(8) as pool:

            def submit(work: Callable[[Task], Outcome], task: Task) -> object:
                given.append(1)
                return pool.submit(work, task)

            yield Crew(submit, lambda: 3)  # type: ignore[arg-type]

    run = run_all(tasks(tmp_path, *(f"p{number}" for number in range(9))), threads, quick)
    next(run)
    assert len(given) == 3
    assert len(list(run)) == 8


# --- which


def test_practices_are_chosen_by_what_their_profiles_say(workspace: Workspace) -> None:
    """A key may lead through lists and groups; several conditions must all hold."""
    assert choose(workspace, (), ()) == (JUNIPER, LANTERN)
    assert choose(workspace, (), ["states_served=MN"]) == (LANTERN,)
    assert choose(workspace, (), ["locations.address.state=OR"]) == (JUNIPER,)
    assert choose(workspace, (), ["ways_of_working.byod=false"]) == (LANTERN,)
    assert choose(workspace, (), ["systems.vendor=Google LLC", "practice.people_served=client"]) == (JUNIPER,)
    assert choose(workspace, [LANTERN, LANTERN], ()) == (LANTERN,)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("states_servd=OR", 'Did you mean "states_served"?'),
        ("practice.state=OR", "Known here: colour"),
        ("practice=Lantern", "practice.colour"),
        ("states_served=ZZ", 'never says "ZZ"'),
        ("ways_of_working.byod=perhaps", "true or false"),
        ("review_month=May", "whole number"),
        ("states_served", "KEY=VALUE"),
        ("states_served=", "KEY=VALUE"),
    ],
)
def test_a_condition_that_no_profile_can_fulfil_is_refused(project: Workspace, said: str, answer: str) -> None:
    """A misspelt key would otherwise choose nothing, without a word."""
    with pytest.raises(UsageError, match=re.escape(answer)):
        condition(said, load_schema(project.schemas / "profile.schema.json"))


def test_a_choice_of_nobody_is_refused(workspace: Workspace, binder: Binder) -> None:
    """So is a practice that does not exist, before anything begins."""
    for words in (["--where", "states_served=GU"], ["example-lanturn"], ["--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"]):
        result = binder("portfolio", "build", *words)
        assert (result.exit_code, result.stdout) == (2, "")
    assert not workspace.build.exists()


def test_a_practice_whose_profile_cannot_be_read_is_taken_along(workspace: Workspace, edit: Edit) -> None:
    """Nobody can say that it is not meant; its build says what is wrong."""
    edit(LANTERN, "profile", "/states_served", "MN")
    assert choose(workspace, (), ["states_served=OR"]) == (JUNIPER, LANTERN)


# --- what is said


def outcome(slug: str, code: int = 0, *problems: Problem) -> Outcome:
    return Outcome(slug, 1.25, "2026.1", 130, 500, len(problems), code, "2 problems" if code else "", problems)


def test_the_closing_table_begins_with_the_worst() -> None:
    """And of those that went well it lists the first twenty."""
    warned = outcome("warned", 0, Problem("a", "b", "c", warning=True))
    good = [outcome(f"good-{number:02}") for number in range(30)]
    told = [*good, outcome("wrong", 2), warned, outcome("crashed", 70)]
    assert [one.slug for one in worst_first(told)][:4] == ["crashed", "wrong", "warned", "good-00"]
    assert exit_code(told) == 70
    assert (exit_code([*good, outcome("wrong", 2)]), exit_code([*good, warned]), exit_code([])) == (2, 0, 0)
    lines = list(closing_table(told))
    assert lines[0].split() == ["practice", "edition", "documents", "pages", "warnings", "seconds", "what", "happened"]
    assert lines[2].split() == ["wrong", "2026.1", "1.2", "2", "problems"]
    assert lines[3].split() == ["warned", "2026.1", "130", "500", "1", "1.2", "built"]
    assert len(lines) == 1 + 3 + 20 + 2
    assert lines[-2:] == ["and 10 more, built without a warning", "\n31 built, 1 failed, 1 with problems."]


def test_the_estimate_follows_from_what_was_measured() -> None:
    """Before anything is measured there is none."""
    assert how_far(0, 40, 0) == "0 of 40 done"
    assert how_far(10, 40, 600) == "10 of 40 done after 10 min, about 30 min left"
    assert how_far(39, 40, 39) == "39 of 40 done after 39 s, about 1 s left"
    assert how_far(100, 400, 3_600) == "100 of 400 done after 60 min, about 3 h 0 min left"
    assert how_far(40, 40, 600) == "40 of 40 done"


def test_what_needs_doing_is_built_first(workspace: Workspace) -> None:
    """Practices never built, then those built longest ago: so the same command goes on where it was stopped."""
    for slug, built in ((JUNIPER, 2_000), (LANTERN, 1_000)):
        manifest = workspace.build / slug / "2026.1" / "manifest.json"
        manifest.parent.mkdir(parents=True)
        manifest.touch()
        os.utime(manifest, (built, built))
    made = make_tasks(workspace, [JUNIPER, LANTERN, "never"], Options(strict=True), 60)
    assert [task.slug for task in made] == ["never", LANTERN, JUNIPER]
    assert {task.options for task in made} == {Options(strict=True, jobs=1)}


# --- the command


@pytest.fixture
def with_work(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Task], Outcome]], None]:
    """with_work(quick) has the command do this in place of building."""

    def use(work: Callable[[Task], Outcome]) -> None:
        monkeypatch.setattr(pipeline.portfolio, "run_all", partial(run_all, work=work))

    return use


def refusing(task: Task) -> Outcome:
    """One of the two has a problem."""
    if task.slug == LANTERN:
        return Outcome(
            task.slug, 0.2, exit_code=2, said="1 problem, the first at a#/b", problems=(Problem("a#/b", "Wrong.", "Mend."),)
        )
    return quick(task)


def test_a_practice_with_problems_is_a_row_a_file_and_exit_code_2(
    workspace: Workspace, binder: Binder, with_work: Callable[..., None]
) -> None:
    """The file is for its owner alone, and gone once the problems are."""
    with_work(refusing)
    result = binder("portfolio", "build", "--jobs", "2")
    assert result.exit_code == 2
    rows = result.stdout.splitlines()
    assert rows[1].split()[0] == LANTERN
    assert rows[1].endswith("1 problem, the first at a#/b")
    assert "1 built, 1 with problems." in rows
    assert "2 of 2 done" in result.stderr
    file = workspace.build / ".portfolio" / f"{LANTERN}.txt"
    assert file.read_text() == "1 problem, the first at a#/b\na#/b\n    Wrong.\n    Mend.\n"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with_work(quick)
    assert binder("portfolio", "build", "--jobs", "2").exit_code == 0
    assert not file.exists()


def test_programs_read_the_outcomes_as_json(binder: Binder, with_work: Callable[..., None]) -> None:
    """Worst first, like the table."""
    with_work(refusing)
    result = binder("portfolio", "build", "--json")
    assert result.exit_code == 2
    first, second = json.loads(result.stdout)["practices"]
    assert (first["slug"], first["exit_code"], first["problems"][0]["where"]) == (LANTERN, 2, "a#/b")
    assert (second["slug"], second["edition"], second["problems"]) == (JUNIPER, "2026.1", [])


INTERRUPTED = """
import sys
from functools import partial
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
import signal
import pipeline.portfolio
from test_portfolio import waiting
from pipeline.cli import main
if __name__ == "__main__":
    # where the tests run in the background, Ctrl-C says nothing to what they begin
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pipeline.portfolio.run_all = partial(pipeline.portfolio.run_all, work=waiting)
    main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to look at")
@pytest.mark.parametrize("how", ["the terminal stops all", "only the command is stopped", "the command is killed"])
def test_a_stopped_run_says_what_is_done_and_leaves_no_process_behind(how: str, workspace: Workspace, tmp_path: Path) -> None:
    """Ctrl-C ends with 130, after the builds have closed what they had open; also after kill -9 nobody goes on."""
    script = tmp_path / "command.py"
    script.write_text(INTERRUPTED)
    (workspace.practices / LANTERN).rename(workspace.practices / "first")
    command = [
        sys.executable,
        str(script),
        str(ROOT / "tests"),
        "--workspace",
        str(workspace.root),
        "portfolio",
        "build",
        "--jobs",
        "2",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr
        while "1 of 2 done" not in process.stderr.readline():
            assert process.poll() is None
        wait_until(lambda: (workspace.root / f"{JUNIPER}.begun").exists())
        match how:
            case "the terminal stops all":
                os.killpg(process.pid, signal.SIGINT)
            case "only the command is stopped":
                process.send_signal(signal.SIGINT)
            case _:
                process.kill()
        said = process.stderr.read()
        process.wait(30)
        wait_until(lambda: not alive(process.pid))
    if how == "the command is killed":
        return
    assert process.returncode == 130
    assert "Stopped. 1 of 2 are done" in said
    assert "same command again" in said
    assert "Traceback" not in said
    assert (workspace.root / f"{JUNIPER}.left").exists()


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not come true within 30 seconds")


def test_a_closed_run_gives_nothing_more_out(tmp_path: Path) -> None:
    """What is at work is ended, what waits is not begun."""
    with closing(run_all(tasks(tmp_path, "first", "second", "third", "fourth"), partial(processes, 2), waiting)) as run:
        assert next(run).slug == "first"
        for _ in range(300):
            if (tmp_path / "second.begun").exists():
                break
            time.sleep(0.1)
    assert (tmp_path / "second.left").exists()
    assert not (tmp_path / "fourth.begun").exists()


# --- real builds


def test_a_portfolio_makes_the_same_bytes_as_single_builds_and_a_broken_practice_stops_nobody(
    workspace: Workspace, edit: Edit, packages: dict[str, Built]
) -> None:
    """And given again it changes nothing."""
    edit(JUNIPER, "profile", "/practice/slug", "another")
    edit(JUNIPER, "profile", "/approver", "nobody")
    for _ in range(2):
        made = make_tasks(workspace, workspace.slugs(), Options(), 600)
        done = {one.slug: one for one in run_all(made, partial(processes, 2))}
        assert (done[LANTERN].exit_code, done[LANTERN].pages) == (0, packages[LANTERN].pages)
        own, single = (
            (folder / "manifest.json").read_bytes() for folder in (workspace.build / LANTERN / "2026.1", packages[LANTERN].target)
        )
        assert own == single
        assert done[JUNIPER].exit_code == 2
        assert done[JUNIPER].said == f"3 problems, the first at practices/{JUNIPER}/assessments/2026-09-14.json#/practice"


def test_whatever_happens_in_a_worker_comes_back_as_an_outcome(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect names its place in the program and no value."""

    def defect(*_: object) -> None:
        raise RuntimeError("Lantern Online Therapy")

    monkeypatch.setattr(pipeline.portfolio, "build", defect)
    done = build_one(Task(workspace.root, LANTERN, Options(), 600))
    assert done.exit_code == 70
    assert re.fullmatch(r"this should not happen: RuntimeError in test_portfolio\.py, line \d+", done.said)
    monkeypatch.undo()
    assert build_one(Task(workspace.root, "example-lanturn", Options(), 600)).exit_code == 2
    (workspace.catalog / "tasks.toml").write_text("broken =")
    assert build_one(Task(workspace.root, LANTERN, Options(), 600)).problems[0].where == "catalog/tasks.toml"


def test_clients_share_no_password(binder: Callable[..., Result], tmp_path: Path) -> None:
    """One file for all practices is refused before anything is built; a folder has a file for each."""
    (tmp_path / "all.txt").write_text("correct horse battery staple\n")
    done = binder("portfolio", "build", "--password-file", str(tmp_path / "all.txt"))
    assert done.exit_code == 2
    assert "Clients share no password" in done.stderr
    assert "correct horse" not in done.output

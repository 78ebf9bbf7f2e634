"""Kill `binder` at random moments and see whether anything is lost: make torture

Each fault has a workspace of its own, with an issued edition and a draft of a small practice. A command is started in it and
killed (SIGKILL): the whole process group or the main process alone, at a moment drawn uniformly over the time an undisturbed
run takes, or at a change of a folder. Most find in the cache what an undisturbed run made, so that they are soon at what they
write; every fifth finds it empty. Then packages and editions are verified, every visible file is held against what
stood there before and what an undisturbed run makes of it, and the command is run again: it must come to the same end.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SLUG, SECOND = "example-lantern", "example-lantern-two"
SHARED = ("catalog", "schemas", "templates_docx", "forms_xlsx")
INBOX, EDITED = "inbox", "edited"
CACHE = Path("build", ".cache")
LIMIT = 900  # seconds for one run
KINDS = ("packages lost", "editions lost", "half-written files", "records lost", "next runs failed", "processes left")


@dataclass(frozen=True)
class Command:
    """What is killed; passed over where the program does not have it."""

    name: str
    arguments: tuple[str, ...]

    @property
    def exists(self) -> bool:
        return binder(ROOT, self.name, "--help").returncode == 0


COMMANDS = (
    Command("build", ("build", SLUG)),
    Command("issue", ("issue", SLUG, "--edition", "2026.2", "--approved", "2026-10-06")),
    Command("import", ("import", SLUG, f"{INBOX}/returned.xlsx", "--replace")),
    Command(
        "record",
        ("record", SLUG, *(f"{INBOX}/{n}.png" for n in range(3)), "--form", "F-18", "--date", "2026-11-09", "--on", "2026-11-10"),
    ),
    Command("edits", ("edits", SLUG, EDITED, "--keep")),
    Command("portfolio", ("portfolio", "build", SLUG, SECOND)),
)


@dataclass(frozen=True)
class Undisturbed:
    """A run that nothing happened to. end: digest of every visible file after it; hidden: what else lies there.

    cold, warm: seconds it took with an empty cache, and with what it had made before.
    """

    cold: float
    warm: float
    changes: tuple[str, ...]
    before: dict[str, str]
    end: dict[str, str]
    hidden: frozenset[str]


@dataclass
class Tally:
    """What was found, by command and kind."""

    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)


# --- the program, from outside


def environment(workspace: Path) -> dict[str, str]:
    """Each run has its temporary files in its own workspace, so that one sees what stays."""
    (workspace / ".tmp").mkdir(exist_ok=True)
    return {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(workspace / ".tmp"), "PYTHONDONTWRITEBYTECODE": "1"}


def start(workspace: Path, *words: str, errors: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """A program in a process group of its own. A pipe for its messages stays open as long as any process that it started."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=workspace,
        env=environment(workspace) if workspace != ROOT else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        text=True,
        start_new_session=True,
    )


def binder(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    process = start(workspace, "-m", "pipeline", *arguments, errors=subprocess.PIPE)
    try:
        _, told = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        end_group(process.pid)
        return subprocess.CompletedProcess(arguments, -1, "", "it did not come to an end")
    return subprocess.CompletedProcess(arguments, process.returncode, "", told)


def end_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def living(group: int) -> list[int]:
    """The processes of a group that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, number = stat.read_text().rpartition(")")[2].split()[:3]
            if int(number) == group and state not in "ZX":
                found.append(int(stat.parent.name))
    return found


# --- the workspace


def make_base(folder: Path, package: Path | None) -> None:
    """A workspace with an issued edition, a draft that is not of today, and what a client sent.

    package: a finished draft to take instead of making both, for a run in seconds.
    """
    for name in SHARED:
        (folder / name).symlink_to(ROOT / name)
    for slug in (SLUG, SECOND):
        shutil.copytree(ROOT / "practices" / SLUG, folder / "practices" / slug)
    for file in (folder / "practices" / SECOND).rglob("*.json"):
        file.write_text(file.read_text("utf-8").replace(f'"{SLUG}"', f'"{SECOND}"'), "utf-8")
    inbox = folder / INBOX
    inbox.mkdir()
    analysis = max((folder / "practices" / SLUG / "assessments").glob("*.json"))
    succeed(folder, "assess", SLUG, "--date", analysis.stem, "--output", f"{INBOX}/returned.xlsx")
    value = json.loads(analysis.read_text("utf-8"))
    value["scope"] += " As it was understood at first."
    analysis.write_text(json.dumps(value, indent=2, ensure_ascii=False), "utf-8")
    for number in range(3):
        Image.new("L", (40, 40), 50 * number).save(inbox / f"{number}.png")
    if package:
        shutil.copytree(package, folder / "build" / SLUG / package.name)
        return
    succeed(folder, "issue", SLUG, "--edition", "2026.1", "--approved", "2026-10-05")
    for slug in (SLUG, SECOND):
        succeed(folder, "build", slug, "--as-of", "2026-12-01")
    edit_a_policy(folder)


def edit_a_policy(folder: Path) -> None:
    """A consultant's copy of a policy, with another sentence."""
    from docx import Document

    (file,) = (folder / "build" / SLUG).glob("[0-9]*/02-policies/SEC-10*.docx")
    document = Document(str(file))
    paragraph = max(document.paragraphs, key=lambda one: len(one.text))
    paragraph.runs[0].text = f"As we agreed: {paragraph.runs[0].text}"
    (folder / EDITED).mkdir()
    document.save(str(folder / EDITED / file.name))


def succeed(folder: Path, *arguments: str) -> None:
    done = binder(folder, *arguments)
    if done.returncode:
        raise SystemExit(f"binder {' '.join(arguments)} failed before any fault:\n{done.stderr}")


def copy_of(base: Path, place: Path) -> Path:
    shutil.copytree(base, place, symlinks=True)
    return place


def remove(folder: Path) -> None:
    """With its issued editions, which can only be read."""
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)


def files(workspace: Path) -> Iterator[tuple[str, bool, Path]]:
    """Name, whether a person sees it, and place of every file of practices and packages."""
    for top in ("practices", "build"):
        for path in (workspace / top).rglob("*"):
            name = path.relative_to(workspace)
            # what lies in build itself tells of all practices, and of the day
            if path.is_file() and path.name != ".lock" and ".cache" not in name.parts and len(name.parts) > 2:
                yield name.as_posix(), not any(part.startswith(".") for part in name.parts), path


def seen(workspace: Path) -> dict[str, str]:
    return {name: digest(path) for name, shown, path in files(workspace) if shown}


def hidden(workspace: Path) -> frozenset[str]:
    return frozenset(name for name, shown, _ in files(workspace) if not shown)


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


# --- what is looked at


def losses(workspace: Path, known: Undisturbed) -> Iterator[tuple[str, str]]:
    """Kind and place of everything that is wrong right after a fault, before anything is run."""
    from pipeline.history import verify_edition
    from pipeline.publish import MANIFEST, verify
    from pipeline.workspace import Workspace

    now = seen(workspace)
    for name in {name for name in known.before if name.startswith("build/") and name.endswith(MANIFEST)}:
        folder = (workspace / name).parent
        if verify(folder) or now.get(name) not in (known.before[name], known.end[name]):
            yield "packages lost", name
    for folder in (workspace / "practices").glob("*/issued/[0-9]*"):
        try:
            verify_edition(Workspace(workspace), folder)
        except Exception as error:
            yield "editions lost", f"{folder.name}: {error}"
    for name in known.before:
        if "/issued/" in name and name not in now:
            yield "editions lost", name
    packages = tuple(str(Path(name).parent) for name in now if name.endswith(f"/{MANIFEST}"))
    for name, held in now.items():
        if not name.startswith(packages) and held not in (known.before.get(name), known.end.get(name)):
            yield "half-written files", name
    everywhere = {*now.values(), *(digest(path) for _, shown, path in files(workspace) if not shown)}
    for name, held in known.before.items():
        if name.startswith("practices/") and held not in everywhere:
            yield "records lost", name


def next_run(workspace: Path, command: Command, known: Undisturbed) -> Iterator[tuple[str, str]]:
    """The same command once more, and what is otherwise than after an undisturbed run."""
    done = binder(workspace, *command.arguments)
    finished = command.name == "issue" and "is issued and never changes" in done.stderr
    if done.returncode and not finished:
        yield "next runs failed", f"exit code {done.returncode}: {done.stderr[-400:]}"
    now = seen(workspace)
    for name in sorted(now.keys() | known.end.keys()):
        if now.get(name) != known.end.get(name):
            yield "next runs failed", f"{name} is otherwise than after an undisturbed run"
    for name in sorted(hidden(workspace) - known.hidden):
        yield "next runs failed", f"{name} was left over"


def undisturbed(base: Path, place: Path, command: Command) -> Undisturbed:
    """Run a command three times: for its time without a cache and with one, which the base then has, and for its changes."""
    workspace = copy_of(base, place)
    forget(workspace)
    before, began = seen(workspace), time.monotonic()
    succeed(workspace, *command.arguments)
    cold, end, rest = time.monotonic() - began, seen(workspace), hidden(workspace)
    shutil.copytree(workspace / CACHE, base / CACHE, dirs_exist_ok=True)
    remove(workspace)
    copy_of(base, place)
    began = time.monotonic()
    succeed(place, *command.arguments)
    warm = time.monotonic() - began
    assert seen(place) == end, f"binder {command.name} does not come to the same end with a cache"
    remove(place)
    copy_of(base, place)
    log = place / ".changes"
    start(place, str(HERE / "aimed.py"), str(place), "0", str(log), *command.arguments).wait(LIMIT)
    changes = tuple(log.read_text().splitlines())
    assert seen(place) == end, f"binder {command.name} does not come to the same end twice"
    remove(place)
    return Undisturbed(cold, warm, changes, before, end, rest)


def forget(workspace: Path) -> None:
    """Empty the cache."""
    shutil.rmtree(workspace / CACHE, ignore_errors=True)
    (workspace / CACHE).mkdir(mode=0o700)


def strike(workspace: Path, command: Command, known: Undisturbed, way: str, chance: random.Random) -> tuple[str, int]:
    """Start the command and kill it; says when, and the process group."""
    if way == "aimed":
        # near the renames twice in three times: there things could be lost
        near = [number for number, change in enumerate(known.changes, 1) if change.startswith(("os.rename", "swap"))]
        at = chance.choice(near) + chance.choice((0, 0, 1)) if near and chance.random() < 2 / 3 else 0
        at = at or chance.randint(1, len(known.changes))
        process = start(workspace, str(HERE / "aimed.py"), str(workspace), str(at), os.devnull, *command.arguments)
        process.wait(LIMIT)
        return f"at change {at} of {len(known.changes)}", process.pid
    takes = known.cold if way == "cold" else known.warm
    if way == "cold":
        forget(workspace)
    moment = chance.uniform(0, takes)
    process = start(workspace, "-m", "pipeline", *command.arguments)
    with suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    if way == "alone":
        process.kill()
    else:
        end_group(process.pid)
    process.wait(60)
    return f"at {moment:.3f} s of {takes:.1f} s, {'alone' if way == 'alone' else 'with its processes'}", process.pid


def left_running(group: int) -> list[int]:
    """Processes that outlive the one that started them by ten seconds."""
    for _ in range(100):
        if not living(group):
            return []
        time.sleep(0.1)
    return living(group)


def torture(faults: int, seconds: float, seed: int, commands: Sequence[Command], log: Path | None, package: Path | None) -> Tally:
    """Inject this many faults, or as many as fit into the time."""
    chance, tally, ends = random.Random(seed), Tally(), time.monotonic() + seconds
    ways = ("group", "aimed", "cold", "aimed", "alone")
    with tempfile.TemporaryDirectory(prefix="binder-torture-", ignore_cleanup_errors=True) as temporary:
        base = Path(temporary, "base")
        base.mkdir()
        with log.open("w", encoding="utf-8") if log else nullcontext() as kept:

            def say(line: str) -> None:
                for file in filter(None, (sys.stdout, kept)):
                    file.write(f"{line}\n")
                    file.flush()

            make_base(base, package)
            known: dict[str, Undisturbed] = {}
            for number in range(1, faults + 1):
                if time.monotonic() > ends:
                    say(f"The time of {seconds:.0f} s is over.")
                    break
                command = commands[(number - 1) % len(commands)]
                if command.name not in known:
                    known[command.name] = undisturbed(base, Path(temporary, "undisturbed"), command)
                workspace = copy_of(base, Path(temporary, f"fault-{number}"))
                way = ways[((number - 1) // len(commands)) % len(ways)]
                when, group = strike(workspace, command, known[command.name], way, chance)
                found = [("processes left", str(left)) for left in left_running(group)]
                end_group(group)
                found += losses(workspace, known[command.name])
                found += next_run(workspace, command, known[command.name])
                tally.tried[command.name] += 1
                tally.found.update({(command.name, kind) for kind, _ in found})
                say(f"{number:03} {command.name:9} killed {when}: {'lost' if found else 'nothing lost, next run the same'}")
                for kind, where in found:
                    say(f"        {kind}: {where}")
                remove(workspace)
            for line in table(tally, seed):
                say(line)
    return tally


def table(tally: Tally, seed: int) -> Iterator[str]:
    yield f"\nSeed {seed}. Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} processors."
    yield f"{'command':10} {'faults':>7}  " + "  ".join(KINDS)
    for name, count in tally.tried.items():
        yield f"{name:10} {count:7}  " + "  ".join(f"{tally.found[name, kind]:{len(kind)}}" for kind in KINDS)
    total = [sum(tally.found[name, kind] for name in tally.tried) for kind in KINDS]
    yield f"{'all':10} {tally.tried.total():7}  " + "  ".join(f"{n:{len(kind)}}" for n, kind in zip(total, KINDS, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill binder at random moments and see whether anything is lost.")
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=6 * 3600, help="stop after this time")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--log", type=Path, help="file to write what is printed to")
    parser.add_argument("--command", action="append", choices=[command.name for command in COMMANDS], help="only these")
    told = parser.parse_args()
    commands = [command for command in COMMANDS if command.name in (told.command or command.name) and command.exists]
    tally = torture(told.faults, told.seconds, told.seed, commands, told.log, None)
    sys.exit(1 if tally.found else 0)


if __name__ == "__main__":
    main()

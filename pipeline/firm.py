"""A firm's own workspace: laid whole or not at all, and brought to a later version without losing what the firm changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline import __version__
from pipeline.errors import BusyError, OutputError, ProblemsFound, UsageError
from pipeline.filing import json_bytes
from pipeline.loading import load_json
from pipeline.private import make_folder
from pipeline.schema import validate
from pipeline.whole import digest, write_file
from pipeline.workspace import RECORD

# what only a firm has (its README, its .gitignore); in the wheel everything else lies there too, see pyproject.toml
CARRIED = Path(__file__).parent / "workspace_files"
SHARED = ("catalog", "docs", "forms_xlsx", "schemas", "templates_docx")
EXAMPLES = ("example-harbor-oak", "example-juniper-ridge", "example-lantern")
# what trying out an example leaves in it
MADE = {"drafts", "issued", "overlays", "superseded"}


@dataclass(frozen=True)
class Upgraded:
    """An upgraded workspace.

    before: the version it was made from, or brought to last; now: that of this program; files: what became of them, to paths.
    same: as in the program already; replaced: the firm had not touched it; new: the program has it since; beside: both changed
    it, so the firm's stands and the new one lies in `folder`; own: only the firm changed it; absent: the firm took it away, and
    it stays away; dropped: the program has it no longer, and it lies where it lay.
    """

    before: str
    now: str
    folder: str
    files: Mapping[str, tuple[str, ...]]


def program_files() -> dict[str, Path]:
    """What a workspace is laid with, by path there: from the wheel, or from the checkout that the program runs in."""
    files = dict(_below(CARRIED))
    if not (CARRIED / "catalog").is_dir():
        checkout = CARRIED.parent.parent
        for name in (*SHARED, *(f"practices/{slug}" for slug in EXAMPLES)):
            files |= {f"{name}/{path}": file for path, file in _below(checkout / name)}
    return dict(sorted(files.items()))


def lay(target: Path) -> int:
    """Lay a workspace at `target`, which is new or empty, and say of how many files. UsageError, OutputError: nothing was changed."""
    files = program_files()
    prefix = f".{target.name}.binder-init-"
    if (target / RECORD).is_file():
        raise UsageError(
            f'{target} is a workspace already; nothing was changed. To bring it to this version: binder init "{target}" --upgrade'
        )
    try:
        there = target.exists()
        if there and not (target.is_dir() and all(entry.name.startswith(prefix) for entry in target.iterdir())):
            raise UsageError(f"{target} is not an empty folder; nothing was changed. Name one that is empty, or a new one.")
        make_folder(target.parent)
        with _staging(target if there else target.parent, prefix) as staging:
            for name, file in files.items():
                write_file(staging / name, file.read_bytes())
            # the mode of mkdir is for the last folder only
            for place, _, _ in os.walk(staging):
                Path(place).chmod(0o700)
            laid = {name: digest(staging / name) for name in files}
            write_file(staging / RECORD, _record(laid))
            _appear(staging, target)
    except OSError as error:
        raise _refusal(target, error) from error
    return len(files)


def upgrade(root: Path) -> Upgraded:
    """Bring a workspace to the files of this program: all of them or none.

    Only files that are as they were laid are replaced; nothing is deleted. Stopped in the middle, the same call goes on.
    UsageError where the folder was not made by `lay`, or by a later version; ProblemsFound where its record is damaged.
    """
    files = program_files()
    before, laid = _read_record(root, files["schemas/workspace.schema.json"])
    if _number(before) > _number(__version__):
        raise UsageError(
            f"{root} was made by binder {before}, and this is {__version__}; nothing was changed. Install {before} or a later version."
        )
    folder = f"new-in-{__version__}"
    fates: dict[str, list[str]] = {name: [] for name in ("same", "replaced", "new", "beside", "own", "absent")}
    try:
        with _alone(root):
            ours = {name: file.read_bytes() for name, file in files.items()}
            sums = {name: hashlib.sha256(data).hexdigest() for name, data in ours.items()}
            for name, sum in sums.items():
                there = digest(root / name) if (root / name).is_file() else None
                fates[_fate(sum, laid.get(name), there)].append(name)
            changes = {name: ours[name] for name in (*fates["replaced"], *fates["new"])}
            changes |= {f"{folder}/{name}": ours[name] for name in fates["beside"]}
            # the record last: until then the same upgrade goes on from where it was stopped
            _replace(root, changes | {RECORD: _record(sums)})
    except OSError as error:
        raise _refusal(root, error) from error
    fates["dropped"] = sorted(name for name in laid.keys() - files.keys() if (root / name).is_file())
    return Upgraded(before, __version__, folder, {fate: tuple(names) for fate, names in fates.items()})


def _fate(ours: str, laid: str | None, there: str | None) -> str:
    """What becomes of a file: the sums of the program's, of what was laid, and of what lies there now."""
    if there == ours:
        return "same"
    if there is None:
        return "new" if laid is None else "absent"
    if there == laid:
        return "replaced"
    return "own" if ours == laid else "beside"


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in folder.rglob("*"):
        path = file.relative_to(folder)
        if file.is_file() and path.suffix != ".py" and not path.name.startswith("~$") and path.parts[0] not in MADE:
            yield path.as_posix(), file


def _record(laid: Mapping[str, str]) -> bytes:
    return json_bytes({"schema": "workspace/1", "binder": __version__, "files": dict(laid)})


def _read_record(root: Path, schema: Path) -> tuple[str, dict[str, str]]:
    """Version and sums of a workspace, checked by the program's own schema: that of the workspace may be older, or edited."""
    if not (root / RECORD).is_file():
        raise UsageError(f"{root} was not made by binder init: it holds no {RECORD}. Nothing was changed.")
    value, problems = load_json(root / RECORD, RECORD)
    problems = problems or validate(value, schema, RECORD)
    if problems:
        raise ProblemsFound(problems)
    return value["binder"], value["files"]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@contextmanager
def _staging(home: Path, prefix: str) -> Iterator[Path]:
    """A new private folder in `home`; when all went well, also what stopped calls left there is cleared away."""
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
    try:
        yield staging
        for leftover in [entry for entry in home.iterdir() if entry.name.startswith(prefix)]:
            shutil.rmtree(leftover, ignore_errors=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _appear(staging: Path, target: Path) -> None:
    """One rename; where the empty folder is there, somebody may stand in it, so it stays and its entries are moved in.

    Without the catalogue, the last one, no folder is taken for a workspace.
    """
    if not target.exists():
        staging.rename(target)
        return
    moved: list[Path] = []
    try:
        for entry in sorted(staging.iterdir(), key=lambda entry: entry.name == "catalog"):
            moved.append(entry.rename(target / entry.name))
    except BaseException:
        for entry in moved:
            entry.rename(staging / entry.name)
        raise


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    lock = FileLock(root / ".upgrade.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(f"Another upgrade of {root} is running. Wait until it has finished.") from error
    try:
        yield
    finally:
        lock.release()


def _replace(root: Path, changes: Mapping[str, bytes]) -> None:
    """Give each path its new bytes; where one cannot be written, all are as they were. A path is never without a file in between."""
    done: list[str] = []
    with _staging(root, ".upgrade-") as staging:
        new, old = staging / "new", staging / "old"
        for name, data in changes.items():
            write_file(new / name, data)
            if (root / name).exists():
                # a colleague may have to read it: whoever could, still can
                shutil.copymode(root / name, new / name)
                make_folder((old / name).parent)
                shutil.copy2(root / name, old / name)
        try:
            for name in changes:
                make_folder((root / name).parent)
                done.append(name)
                os.replace(new / name, root / name)
        except BaseException:
            for name in reversed(done):
                with suppress(OSError):
                    _put_back(root, old, name)
            raise


def _put_back(root: Path, old: Path, name: str) -> None:
    if (old / name).exists():
        os.replace(old / name, root / name)
        return
    (root / name).unlink(missing_ok=True)
    for folder in list((root / name).parents)[: name.count("/")]:
        folder.rmdir()  # fails, and so ends, where something lies in it


def _refusal(path: Path, error: OSError) -> OutputError:
    place = f" ({error.filename})" if error.filename else ""
    return OutputError(f"{path} could not be written: {error.strerror}{place}. What was there before is unchanged.")

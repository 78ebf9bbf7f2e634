"""Where things are."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.cache import Cache
from pipeline.commit import finish
from pipeline.errors import Problem, ProblemsFound, UsageError

RECORD = "workspace.json"  # of what the program laid into a firm's workspace
VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){2}")
NEAR = 0.8  # how like a slug is to one that was mistyped, from 0 to 1
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# names of devices, which no folder can have on Windows
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions
DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
# a person reads one for the other in a list of practices
ALIKE = str.maketrans({"-": "", "0": "o", "1": "l", "i": "l", "5": "s"})
MAX_SLUG = 60


@dataclass(frozen=True)
class Workspace:
    """The folders of one firm: catalogue, templates, practices, outputs."""

    root: Path

    @property
    def catalog(self) -> Path:
        return self.root / "catalog"

    @property
    def schemas(self) -> Path:
        return self.root / "schemas"

    @property
    def templates(self) -> Path:
        return self.root / "templates_docx"

    @property
    def forms(self) -> Path:
        return self.root / "forms_xlsx"

    @property
    def practices(self) -> Path:
        return self.root / "practices"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def cache(self) -> Cache:
        """What builds of this workspace made before; it holds texts of clients, so it lies with what is built."""
        return Cache(self.build / ".cache")

    def template_files(self) -> list[Path]:
        """Every template, sorted; Word's own lock files are none."""
        found = [*self.templates.glob("*.docx"), *self.forms.glob("*.xlsx")]
        return sorted(path for path in found if not path.name.startswith("~$"))

    def practice(self, slug: str) -> Path:
        """Folder of a practice, with all that was filed in its place; UsageError where the slug is malformed or unknown."""
        if not is_slug(slug):
            raise UsageError(
                "A practice is named by its slug: small letters, digits and single hyphens, as in example-juniper-ridge."
            )
        folder = self.practices / slug
        if not folder.is_dir():
            near = get_close_matches(slug, self.slugs(), n=1, cutoff=NEAR)
            # the names of other clients are shown to whoever asks for them, and to nobody who mistyped one
            hint = f'Did you mean "{near[0]}"?' if near else "All are listed by: binder list"
            raise UsageError(f'There is no practice "{slug}" in {self.practices}. {hint}')
        if links := sorted(_leading_out(folder, folder.resolve())):
            mend = "Put the file or folder itself there: what belongs to another practice must not come in through a link."
            raise ProblemsFound(
                Problem(self.shown(link), "This is a link to something outside the practice.", mend) for link in links
            )
        finish(folder)
        return folder

    def slugs(self) -> tuple[str, ...]:
        """Slugs of all practices that have a folder, sorted."""
        if not self.practices.is_dir():
            return ()
        return tuple(sorted(p.name for p in self.practices.iterdir() if p.is_dir() and SLUG.fullmatch(p.name)))

    def shown(self, path: Path) -> str:
        """The path as messages print it: relative to the workspace where it lies in it."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()


def is_slug(text: str) -> bool:
    """Whether a practice can be called this: its folder exists under this name on every system."""
    return bool(SLUG.fullmatch(text)) and len(text) <= MAX_SLUG and not DEVICE.fullmatch(text)


def look_alikes(slug: str, slugs: Iterable[str]) -> tuple[str, ...]:
    """Those that differ from the slug only by hyphens, or by 0 and o, 1, l and i, 5 and s, rn and m."""
    return tuple(other for other in slugs if other != slug and _seen(other) == _seen(slug))


def _seen(slug: str) -> str:
    return slug.translate(ALIKE).replace("rn", "m")


def _leading_out(folder: Path, home: Path) -> Iterator[Path]:
    """Links in a folder whose target lies outside `home`, at any depth; no link is followed on the way."""
    # a folder that may not be listed says so where something in it is read
    with suppress(PermissionError), os.scandir(folder) as entries:
        for entry in entries:
            path = folder / entry.name
            if entry.is_symlink():
                if not path.resolve().is_relative_to(home):
                    yield path
            elif entry.is_dir(follow_symlinks=False):
                yield from _leading_out(path, home)


def find_workspace(start: Path) -> Workspace:
    """The nearest folder at or above `start` that holds a catalogue and templates."""
    for folder in (start, *start.parents):
        needed = (folder / "catalog" / "catalog.toml", folder / "schemas" / "profile.schema.json", folder / "templates_docx")
        if all(path.exists() for path in needed):
            return Workspace(folder)
    raise UsageError(
        f"No workspace at or above {start}: a workspace holds the folders catalog, schemas, templates_docx, forms_xlsx and practices. "
        "Change into it, or name it with --workspace. To make one: binder init our-firm"
    )


def laid_by(root: Path) -> str:
    """Version of the program whose files a workspace has; "" where nothing says it, as in a checkout of the program."""
    try:
        version = json.loads((root / RECORD).read_bytes())["binder"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return version if isinstance(version, str) and VERSION.fullmatch(version) else ""

"""Where things are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.errors import UsageError

NEAR = 0.8  # how like a slug is to one that was mistyped, from 0 to 1
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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

    def practice(self, slug: str) -> Path:
        """Folder of a practice; UsageError where the slug is malformed or unknown."""
        if not SLUG.fullmatch(slug) or len(slug) > 60:
            raise UsageError(
                "A practice is named by its slug: small letters, digits and single hyphens, as in example-juniper-ridge."
            )
        folder = self.practices / slug
        if not folder.is_dir():
            near = get_close_matches(slug, self.slugs(), n=1, cutoff=NEAR)
            # the names of other clients are shown to whoever asks for them, and to nobody who mistyped one
            hint = f'Did you mean "{near[0]}"?' if near else "All are listed by: binder list"
            raise UsageError(f'There is no practice "{slug}" in {self.practices}. {hint}')
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


def find_workspace(start: Path) -> Workspace:
    """The nearest folder at or above `start` that holds a catalogue and templates."""
    for folder in (start, *start.parents):
        needed = (folder / "catalog" / "catalog.toml", folder / "schemas" / "profile.schema.json", folder / "templates_docx")
        if all(path.exists() for path in needed):
            return Workspace(folder)
    raise UsageError(
        f"No workspace at or above {start}: a workspace holds the folders catalog, schemas, templates_docx, forms_xlsx and practices. "
        "Change into it, or name it with --workspace."
    )

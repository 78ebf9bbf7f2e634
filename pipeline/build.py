"""What a build is asked, and whether there is anything to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Problem
from pipeline.unchanged import noted, sources
from pipeline.work import working
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.load import Shared


@dataclass(frozen=True)
class Options:
    """What a build can be told. output: folder that gets `<slug>/<edition>/`; jobs: processes, default one for each processor;
    cache: whether what was made before of the same bytes is taken again; password_file: see read_passwords.
    """

    as_of: date | None = None
    edition: str | None = None
    output: Path | None = None
    strict: bool = False
    pdf_engine: str = "dxpdf"
    jobs: int | None = None
    cache: bool = True
    password_file: Path | None = None


@dataclass(frozen=True)
class Built:
    target: Path
    pages: int
    documents: int
    warnings: tuple[Problem, ...]


def build(
    workspace: Workspace,
    slug: str,
    options: Options,
    told: Callable[[str], None],
    shared: Callable[[], Shared] | None = None,
) -> Built:
    """Build and publish the draft of a package, or find it built already; `told` hears about progress. Raises BinderError.

    shared: gives what load_practice takes under that name, where many practices are built.
    """
    workspace.practice(slug)
    folder = (options.output or workspace.build) / slug
    read = sources(workspace, slug, options.as_of, options.edition, options.strict, options.pdf_engine)
    # a locked binder is another one each time
    held = noted(folder, read) if options.cache and not options.password_file else None
    if held:
        told("Nothing has changed since it was built")
        warnings = tuple(Problem(*one) for one in held["warnings"])
        return Built(folder / held["edition"], held["pages"], held["documents"], warnings)
    with working(options.jobs, workspace.cache if options.cache else None) as workers:
        # what makes documents takes longer to import than it takes to see that none is to be made
        from pipeline.draft import make_draft

        return make_draft(workspace, slug, options, told, workers, read, shared() if shared else None)

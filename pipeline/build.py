"""The run on one screen: load, check, plan, render, convert, bind, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Problem
from pipeline.unchanged import note, noted, sources
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
    return _build(workspace, slug, options, folder, read, told, shared() if shared else None)


def _build(
    workspace: Workspace,
    slug: str,
    options: Options,
    folder: Path,
    read: str,
    told: Callable[[str], None],
    shared: Shared | None,
) -> Built:
    # what makes documents takes longer to import than it takes to see that nothing is to be made
    from pipeline.editions import edition_before, refuse_edition
    from pipeline.edits_report import report_file, write_report
    from pipeline.load import load_practice
    from pipeline.package import make_package, write_documents
    from pipeline.passwords import read_passwords
    from pipeline.pdf.convert import engine
    from pipeline.publish import generated_folder, is_locked, one_at_a_time, publish
    from pipeline.work import working

    passwords, doubts = read_passwords(options.password_file, slug)
    told("Reading and checking")
    loaded = load_practice(workspace, slug, as_of=options.as_of, edition=options.edition, strict=options.strict, shared=shared)
    refuse_edition(loaded)
    target = folder / loaded.edition
    with one_at_a_time(target), working(options.jobs, workspace.cache if options.cache else None) as workers:
        written = write_documents(loaded, edition_before(workspace, loaded), told, None, workers)
        package = make_package(loaded, written, engine(options.pdf_engine, workers), told, workers, passwords)
        if passwords is None and is_locked(target):
            what = "The binder opened with a password only, and is not locked any more."
            mend = "If it should be, build again with --password-file."
            doubts = (Problem(str(target / "binder.pdf"), what, mend, warning=True),)
        publish(
            target, package.files, package.manifest, package.generated, {overlay.sha256 for overlay in loaded.overlays.values()}
        )
        write_report(target, package)
        lasting = tuple(sorted((*loaded.warnings, *package.warnings)))
        built = Built(target, package.pages, len(package.files) - 1, tuple(sorted((*lasting, *doubts))))
        if passwords is None:
            told_of = [(one.where, one.what, one.mend, one.warning) for one in lasting]
            summary = {"pages": built.pages, "documents": built.documents, "warnings": told_of}
            note(target, read, (target, generated_folder(target), report_file(target)), summary)
    return built

"""The run on one screen: load, check, plan, render, convert, bind, publish."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.build import Built, Options
from pipeline.editions import edition_before, refuse_edition
from pipeline.edits_report import report_file, write_report
from pipeline.errors import Problem
from pipeline.load import Shared, load_practice
from pipeline.package import make_package, write_documents
from pipeline.passwords import read_passwords
from pipeline.pdf.convert import engine
from pipeline.publish import generated_folder, is_locked, one_at_a_time, publish
from pipeline.unchanged import note
from pipeline.work import Workers
from pipeline.workspace import Workspace


def make_draft(
    workspace: Workspace,
    slug: str,
    options: Options,
    told: Callable[[str], None],
    workers: Workers,
    read: str,
    shared: Shared | None = None,
) -> Built:
    """Build and publish the draft of a package. read: hash of its sources, see unchanged.note. Raises BinderError."""
    passwords, doubts = read_passwords(options.password_file, slug)
    told("Reading and checking")
    loaded = load_practice(
        workspace, slug, as_of=options.as_of, edition=options.edition, strict=options.strict, shared=shared, workers=workers
    )
    refuse_edition(loaded)
    target = (options.output or workspace.build) / slug / loaded.edition
    with one_at_a_time(target):
        written = write_documents(loaded, edition_before(workspace, loaded), told, None, workers)
        package = make_package(loaded, written, engine(options.pdf_engine, workers), told, workers, passwords)
        if passwords is None and is_locked(target):
            what = "The binder opened with a password only, and is not locked any more."
            mend = "If it should be, build again with --password-file."
            doubts = (Problem(str(target / "binder.pdf"), what, mend, warning=True),)
        kept = {overlay.sha256 for overlay in loaded.overlays.values()}
        publish(target, package.files, package.manifest, package.generated, kept)
        write_report(target, package)
        lasting = tuple(sorted((*loaded.warnings, *package.warnings)))
        built = Built(target, package.pages, len(package.files) - 1, tuple(sorted((*lasting, *doubts))))
        # a locked binder is another one each time
        if passwords is None:
            warnings = [(one.where, one.what, one.mend, one.warning) for one in lasting]
            summary = {"pages": built.pages, "documents": built.documents, "warnings": warnings}
            note(target, read, (target, generated_folder(target), report_file(target)), summary)
    return built

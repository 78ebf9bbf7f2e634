"""The commands about editions: edits, issue, history, verify. No logic."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from pipeline.errors import VerificationError
from pipeline.options import Finder, parse_day, password_file
from pipeline.terminal import Progress, print_problems, visible


@click.command()
@click.argument("slug")
@click.argument("paths", metavar="[FILE|FOLDER]...", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--edition", help="Edition of files that do not say it themselves.")
@click.option("--keep", is_flag=True, help="Keep the edits, so that later editions have them too.")
@click.pass_obj
def edits(find: Finder, slug: str, paths: tuple[Path, ...], edition: str | None, keep: bool) -> None:
    """Say what was changed by hand in Word and Excel files of a package, and keep it for the next editions.

    Without files: in the newest draft.

    \b
    Examples:
      binder edits willow-creek
      binder edits willow-creek --keep
      binder edits willow-creek back-from-the-client/ --keep
    """
    from pipeline.edits import find_edits, keep_edits

    workspace = find()
    found = find_edits(workspace, slug, [path.resolve() for path in paths], edition)
    for one in found:
        state = ", kept already" if one.kept else ""
        click.echo(visible(f"{workspace.shown(one.file)}: {one.document}, edition {one.edition}, {len(one.edits)} edits{state}"))
        for edit in one.edits:
            click.echo(visible(f"    {edit.where} ({edit.kind})"))
            for sign, text in (("-", edit.before), ("+", edit.after)):
                if text:
                    click.echo(visible(f"      {sign} {text}"))
    if not found:
        click.echo("Nothing was edited by hand.")
    elif keep:
        for file in keep_edits(workspace, slug, found):
            click.echo(f"Kept {workspace.shown(file)}.")
    elif any(not one.kept for one in found):
        click.echo("Nothing was kept. Add --keep, so that the next build has these edits.")


@click.command()
@click.argument("slug")
@click.option("--approved", callback=parse_day, required=True, help="Day on which the practice approved it (YYYY-MM-DD).")
@click.option("--as-of", callback=parse_day, help="Day the package speaks of. Default: the date of the latest risk analysis.")
@click.option("--edition", help="Number of the edition. Default: the first of the year that is not issued.")
@click.option("--strict", is_flag=True, help="Refuse to issue when there are warnings.")
@click.option(
    "--pdf-engine", type=click.Choice(["dxpdf", "libreoffice"]), default="dxpdf", show_default=True, help="What draws the PDF."
)
@password_file
@click.pass_obj
def issue(
    find: Finder,
    slug: str,
    approved: date,
    as_of: date | None,
    edition: str | None,
    strict: bool,
    pdf_engine: str,
    password_file: Path | None,
) -> None:
    """Freeze an approved edition under practices/SLUG/issued: built without the mark of a draft, and never changed again.

    \b
    Example:
      binder issue willow-creek --approved 2026-10-05
    """
    from pipeline.build import Options
    from pipeline.issue import issue as issue_edition

    workspace = find()
    with Progress(slug) as progress:
        options = Options(as_of, edition, None, strict, pdf_engine, password_file=password_file)
        done = issue_edition(workspace, slug, options, approved, date.today(), progress.tell)
    print_problems(done.warnings)
    click.echo(f"{slug}: edition {done.edition} is issued, approved by {done.approver} on {approved}.")
    click.echo(f"{done.documents} documents, {done.pages} pages. Seal {done.seal}\n{workspace.shown(done.folder)}")


@click.command()
@click.argument("slug")
@click.option("--delete", "edition", help="Delete the files of an edition whose time is over.")
@click.pass_obj
def history(find: Finder, slug: str, edition: str | None) -> None:
    """List the issued editions: whole or touched, when each was in effect, and until when it must be kept.

    \b
    Examples:
      binder history willow-creek
      binder history willow-creek --delete 2026.1
    """
    from pipeline.history import look_back, remove_edition

    workspace = find()
    if edition:
        remove_edition(workspace, slug, edition, date.today())
        click.echo(f"Deleted edition {edition}. What its record says is kept.")
    kept = look_back(workspace, slug)
    for one in kept:
        issued = one.issued
        click.echo(f"{issued.edition}    approved {issued.approved} by {issued.approver}")
        click.echo(f"    in effect from {issued.approved} {f'to {one.until}' if one.until else 'on'}")
        click.echo(
            f"    keep until {one.keep}"
            if one.keep
            else f"    keep, and for {one.years} years after the next edition replaces it"
        )
        if issued.removed:
            click.echo(f"    files deleted on {issued.removed}")
        else:
            state = f"{len(one.problems)} FILES WERE TOUCHED" if one.problems else f"all {len(issued.files)} files as sealed"
            click.echo(f"    {state}, seal {issued.seal[:16]}")
    if not kept:
        click.echo(
            f"No edition of {slug} is issued yet. When the practice has approved the draft: binder issue {slug} --approved DAY"
        )
    if problems := [problem for one in kept for problem in one.problems]:
        print_problems(problems)
        sys.exit(VerificationError.exit_code)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def verify(find: Finder, folder: Path) -> None:
    """Compare a built package with its manifest, or an issued edition with its seal.

    \b
    Examples:
      binder verify build/example-juniper-ridge/2026.1
      binder verify practices/willow-creek/issued/2026.1
    """
    from pipeline.editions import RECORD
    from pipeline.history import verify_edition
    from pipeline.publish import read_manifest
    from pipeline.publish import verify as differences

    if (folder / RECORD).exists():
        issued = verify_edition(find(), folder.resolve())
        click.echo(f"{issued.practice} {issued.edition}: all {len(issued.files)} files are as they were issued.")
        return
    if problems := differences(folder):
        raise VerificationError(problems)
    manifest = read_manifest(folder)
    assert manifest is not None
    click.echo(f"{manifest['practice']} {manifest['edition']}: all {len(manifest['artifacts'])} files are as they were built.")

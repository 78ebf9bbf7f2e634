"""The command that builds the package of a practice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pipeline.options import Finder, parse_day, password_file
from pipeline.terminal import Progress, print_problems


@click.command()
@click.argument("slug")
@click.option(
    "--as-of", callback=parse_day, help="Day the package speaks of (YYYY-MM-DD). Default: the date of the latest risk analysis."
)
@click.option("--edition", help="Number of the edition, <year>.<n>. Default: the year of --as-of, and 1.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the package. Default: build.")
@click.option("--strict", is_flag=True, help="Refuse to build when there are warnings.")
@click.option(
    "--pdf-engine", type=click.Choice(["dxpdf", "libreoffice"]), default="dxpdf", show_default=True, help="What draws the PDF."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes at work. Default: one for each processor.")
@click.option("--no-cache", is_flag=True, help="Make everything anew. The package is the same.")
@password_file
@click.pass_obj
def build(
    find: Finder,
    slug: str,
    as_of: date | None,
    edition: str | None,
    output: Path | None,
    strict: bool,
    pdf_engine: str,
    jobs: int | None,
    no_cache: bool,
    password_file: Path | None,
) -> None:
    """Build the package of a practice: Word and Excel files, and the bound PDF.

    \b
    Examples:
      binder build example-juniper-ridge
      binder build example-juniper-ridge --edition 2026.2 --as-of 2026-12-01
      binder build example-lantern --output /path/to/share --pdf-engine libreoffice
      binder build example-lantern --password-file ~/passwords/lantern.txt
    """
    from pipeline.build import Options
    from pipeline.build import build as build_package

    workspace = find()
    with Progress(slug) as progress:
        options = Options(as_of, edition, output, strict, pdf_engine, jobs, not no_cache, password_file)
        built = build_package(workspace, slug, options, progress.tell)
    print_problems(built.warnings)
    click.echo(
        f"{slug}: {built.documents} documents, {built.pages} pages in the binder.\n{workspace.shown(built.target / 'binder.pdf')}"
    )

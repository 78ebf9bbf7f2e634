"""The command that says what a change would do: impact. No logic."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from pipeline.errors import ProblemsFound
from pipeline.options import Finder
from pipeline.terminal import Progress


@click.command()
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Name each document, and each file that changed since.")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@click.option(
    "--output", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of the packages. Default: build."
)
@click.pass_obj
def impact(find: Finder, slugs: tuple[str, ...], everything: bool, as_json: bool, output: Path | None) -> None:
    """Say which documents of practices (all, if none is named) would change if they were built again. Nothing is written.

    It looks at the newest package of each: what has changed since in templates, catalogue, profile, analysis and records,
    and what that does to each document.

    \b
    Examples:
      binder impact
      binder impact example-lantern --all
    """
    from pipeline.impact import impacts
    from pipeline.impact_text import impact_lines, impact_values

    workspace = find()
    with Progress("impact") as progress:
        found = impacts(workspace, slugs or workspace.slugs(), progress.tell, output)
    if as_json:
        click.echo(json.dumps(impact_values(found), indent=2, ensure_ascii=False))
    else:
        for line in impact_lines(found, everything):
            click.echo(line)
    if any(one.problems for one in found):
        sys.exit(ProblemsFound.exit_code)

"""The command of the next year's risk analysis. No logic."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pipeline.options import Finder, parse_day


@click.command()
@click.argument("slug")
@click.option("--date", "day", callback=parse_day, required=True, help="Day of the new risk analysis (YYYY-MM-DD).")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Default: in practices/SLUG/workbooks."
)
@click.pass_obj
def reassess(find: Finder, slug: str, day: date, output: Path | None) -> None:
    """Write the risk workbook of the next year, with the answers of the last analysis beside this year's empty cells.

    "Same as last year" is one click a row, and never the default. Correct the profile first; the workbook names what changed.

    \b
    Examples:
      binder reassess willow-creek --date 2027-09-13
      binder import willow-creek returned.xlsx --draft
      binder reassess willow-creek --date 2027-09-13    (the next round, with proposals)
      binder import willow-creek returned.xlsx
    """
    from pipeline.facts import printed_date
    from pipeline.reassess import make_reassessment

    workspace = find()
    made = make_reassessment(workspace, slug, day, output)
    click.echo(
        f"Wrote {workspace.shown(made.file)}: {made.stories} stories, beside them the answers of {printed_date(made.last)}."
    )
    click.echo(
        f"Otherwise than then: facts {made.facts}, new stories {made.new}, stories no longer asked {made.gone}. "
        f"Open steps to ask about: {made.steps}."
    )
    if made.began:
        click.echo(f"It goes on from the draft: {made.cells} cells are filled in, {made.proposed} hold proposals.")
    if made.lost:
        click.echo(
            f"{made.lost} answers of the draft were left out: they spoke of the last analysis, "
            "and what is recorded of that is another one now. Ask them again."
        )

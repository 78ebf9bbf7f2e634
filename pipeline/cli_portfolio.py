"""The commands that work on all practices at once. No logic."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import click

from pipeline.options import Finder, parse_day, password_file
from pipeline.terminal import Progress

INTERRUPTED = 130


@click.group()
def portfolio() -> None:
    """Work on many practices at once."""


@portfolio.command()
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option(
    "--where", metavar="KEY=VALUE", multiple=True, help="Only practices whose profile says so; may be given repeatedly."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Practices at once. Default: one for each processor.")
@click.option("--scheduler", metavar="ADDRESS", help="Build on the workers of this Dask scheduler, in the same folder.")
@click.option("--as-of", callback=parse_day, help="Day the packages speak of (YYYY-MM-DD).")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the packages. Default: build.")
@click.option("--strict", is_flag=True, help="Refuse to build a practice with warnings.")
@click.option("--no-cache", is_flag=True, help="Make everything anew, also what was made of the same bytes before.")
@password_file
@click.option(
    "--give-up-after",
    "minutes",
    type=click.IntRange(1, 1_440),
    default=30,
    show_default=True,
    help="Minutes one practice may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what became of each practice for programs.")
@click.pass_obj
def build(
    find: Finder,
    slugs: tuple[str, ...],
    where: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    as_of: date | None,
    output: Path | None,
    strict: bool,
    no_cache: bool,
    password_file: Path | None,
    minutes: int,
    as_json: bool,
) -> None:
    """Build the packages of practices (all, if none is named), as many at once as the machine has processors.

    A practice with problems stops none of the others; what is wrong with it stands in build/.portfolio. After an interruption
    give the same command again: what is built already takes no time.

    With --scheduler the workers of a Dask cluster build. They must see the workspace, and the folder of --output, under the
    same path as this machine, and have the same version of binder. Start each with --nthreads 1.

    \b
    Examples:
      binder portfolio build
      binder portfolio build willow-creek juniper-ridge --jobs 2
      binder portfolio build --where states_served=OR --where service_plan=copilot
      binder portfolio build --where systems.vendor="Google LLC"
      binder portfolio build --scheduler tcp://10.0.0.5:8786
    """
    from pipeline.build import Options
    from pipeline.crews import cluster, processes
    from pipeline.portfolio import FOLDER, Outcome, choose, keep_problems, make_tasks, run_all
    from pipeline.portfolio_text import closing_table, exit_code, how_far, portfolio_values

    if jobs and scheduler:
        raise click.UsageError("--jobs counts processes of this machine; a cluster has as many as it has workers.")
    workspace = find()
    if password_file and not password_file.is_dir():
        raise click.UsageError("Clients share no password: name a folder that holds a file SLUG.txt for each practice.")
    locked = password_file.resolve() if password_file else None
    options = Options(as_of, None, output.resolve() if output else None, strict, cache=not no_cache, password_file=locked)
    tasks = make_tasks(workspace, choose(workspace, slugs, where), options, minutes * 60)
    hire = partial(cluster, scheduler) if scheduler else partial(processes, min(jobs or os.cpu_count() or 1, len(tasks)))
    done: list[Outcome] = []
    kept, stopped, began = False, False, time.monotonic()
    with Progress("Portfolio") as progress, closing(run_all(tasks, hire)) as outcomes:
        progress.tell(how_far(0, len(tasks), 0))
        try:
            for outcome in outcomes:
                done.append(outcome)
                kept |= keep_problems(workspace, options, outcome) is not None
                progress.tell(how_far(len(done), len(tasks), time.monotonic() - began))
        except KeyboardInterrupt:
            stopped = True
    click.echo(json.dumps(portfolio_values(done), indent=2) if as_json else "\n".join(closing_table(done)))
    if kept:
        click.echo(f"Problems and warnings: {workspace.shown((options.output or workspace.build) / FOLDER)}", err=True)
    if stopped:
        click.echo(
            f"\nStopped. {len(done)} of {len(tasks)} are done, and every package is whole. "
            "To go on, give the same command again: what is built already takes no time.",
            err=True,
        )
        sys.exit(INTERRUPTED)
    sys.exit(exit_code(done))

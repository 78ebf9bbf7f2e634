"""The command `binder`: parse, call one function, print. No logic."""

from __future__ import annotations

import json
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import click

from pipeline import __version__
from pipeline.cli_build import build
from pipeline.cli_compare import compare
from pipeline.cli_editions import edits, history, issue, verify
from pipeline.cli_impact import impact
from pipeline.cli_init import init
from pipeline.cli_portfolio import portfolio
from pipeline.cli_reassess import reassess
from pipeline.cli_year import record, remind, status
from pipeline.errors import BinderError, ProblemsFound, VerificationError
from pipeline.options import Finder, parse_day
from pipeline.terminal import places_of, print_problems, visible
from pipeline.workspace import Workspace, find_workspace, laid_by

UNEXPECTED, INTERRUPTED = 70, 130


class _Group(click.Group):
    """Commands in the order of the work; every expected failure as a message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [
            "init",
            "new",
            "assess",
            "reassess",
            "import",
            "change",
            "list",
            "check",
            "coverage",
            "build",
            "portfolio",
            "edits",
            "issue",
            "history",
            "compare",
            "impact",
            "verify",
            "record",
            "status",
            "remind",
            "lint",
            "names",
            "text",
        ]

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ProblemsFound, VerificationError) as error:
            print_problems(error.problems)
            ctx.exit(error.exit_code)
        except BinderError as error:
            click.echo(f"Error: {visible(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            click.echo("\nStopped. Nothing was published.", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if ctx.params.get("debug"):
                click.echo("".join(places_of(error)), err=True)
            last = traceback.extract_tb(error.__traceback__)[-1]
            click.echo(
                f"Error: this should not happen: {type(error).__name__} in {Path(last.filename).name}, line {last.lineno}.\n"
                "Nothing was published. Please report it with the output of the same command after `binder --debug`.",
                err=True,
            )
            ctx.exit(UNEXPECTED)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="binder")
@click.option(
    "--workspace",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with catalog, templates and practices. Default: the nearest one above the current folder.",
)
@click.option("--debug", is_flag=True, help="Show where the program failed, for a report of a defect.")
@click.pass_context
def main(ctx: click.Context, folder: Path | None, debug: bool) -> None:
    """Build HIPAA security packages for therapy group practices.

    \b
    Examples:
      binder list
      binder check example-juniper-ridge
      binder build example-juniper-ridge
      binder verify build/example-juniper-ridge/2026.1
    """
    ctx.obj = lambda: _found((folder or Path.cwd()).resolve())


def _found(start: Path) -> Workspace:
    workspace = find_workspace(start)
    laid = laid_by(workspace.root)
    if laid and laid != __version__:
        click.echo(
            f"Note: this workspace has the catalogue and templates of binder {laid}, and this is {__version__}. "
            f'binder init "{workspace.root}" --upgrade brings what you have not changed to it, or says which version to install.',
            err=True,
        )
    return workspace


@main.command()
@click.argument("slug")
@click.option("--name", required=True, help="Name of the practice as clients know it.")
@click.pass_obj
def new(find: Finder, slug: str, name: str) -> None:
    """Begin a practice: write practices/SLUG/profile.json with everything that is asked.

    \b
    Example:
      binder new willow-creek --name "Willow Creek Therapy"
    Then fill it in; `binder check willow-creek` says what is still missing.
    """
    from pipeline.starter import start_practice

    workspace = find()
    file = start_practice(workspace, slug, name)
    click.echo(f"Wrote {workspace.shown(file)}. Fill it in, then run: binder check {slug}")


@main.command()
@click.argument("slug")
@click.option("--date", "day", callback=parse_day, required=True, help="Day of the risk analysis (YYYY-MM-DD).")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Default: in practices/SLUG/workbooks."
)
@click.pass_obj
def assess(find: Finder, slug: str, day: date, output: Path | None) -> None:
    """Write the risk workbook of a practice, to be filled in and sent back.

    It holds what a draft of the day says already, and proposals that follow from it.

    \b
    Examples:
      binder assess willow-creek --date 2026-09-14
      binder import willow-creek returned.xlsx --draft
      binder assess willow-creek --date 2026-09-14      (the next round, with proposals)
    """
    from pipeline.assess import make_workbook

    workspace = find()
    made = make_workbook(workspace, slug, day, output)
    origin = {"nothing": "", "draft": " It goes on from the draft.", "analysis": " It holds the recorded analysis."}[
        made.began_with
    ]
    filled = f" {made.cells} cells are filled in, {made.proposed} hold proposals." if made.cells or made.proposed else ""
    click.echo(f"Wrote {workspace.shown(made.file)}: {made.scenarios} stories.{origin}{filled}{made.hint}")


@main.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--draft", is_flag=True, help="Keep what is there, and say what is still open.")
@click.option("--replace", is_flag=True, help="Record it in place of what is recorded for the day; the old record is kept.")
@click.pass_obj
def import_(find: Finder, slug: str, file: Path, draft: bool, replace: bool) -> None:
    """Read a filled-in workbook back into the records of the practice.

    \b
    Examples:
      binder import willow-creek returned.xlsx
      binder import willow-creek half-done.xlsx --draft
    """
    from pipeline.returning import import_workbook

    workspace = find()
    done = import_workbook(workspace, slug, file.resolve(), draft=draft, replace=replace)
    for line in (*done.changes, *done.notes):
        click.echo(visible(line))
    for sheet, count in done.open:
        click.echo(f"    {sheet}: {count} open")
    if done.kept:
        click.echo(f"The earlier record is kept as {workspace.shown(done.kept)}.")
    if done.file:
        click.echo(
            f"Recorded {workspace.shown(done.file)}." if not draft else f"Kept as a draft in {workspace.shown(done.file)}."
        )


@main.command()
@click.argument("slug")
@click.argument("kind", default="")
@click.option("--date", "day", callback=parse_day, help="Day of the change (YYYY-MM-DD).")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Default: in practices/SLUG/workbooks."
)
@click.pass_obj
def change(find: Finder, slug: str, kind: str, day: date | None, output: Path | None) -> None:
    """Write the small workbook of a change: what it touches, and whether a full analysis is needed.

    Without a kind it lists the kinds. Correct the profile first; the workbook follows from it.

    \b
    Examples:
      binder change willow-creek
      binder change willow-creek ai-scribe --date 2027-02-01
      binder import willow-creek returned.xlsx
    """
    from pipeline.change import kinds_of_change, make_change_workbook

    workspace = find()
    workspace.practice(slug)
    if not kind:
        for id, title in kinds_of_change(workspace):
            click.echo(f"{id}\n    {title}")
        return
    if day is None:
        raise click.UsageError("Say on which day the change is assessed: --date YYYY-MM-DD.")
    made = make_change_workbook(workspace, slug, kind, day, output)
    stories = ", ".join(f"{title} {count}" for title, count in made.stories)
    click.echo(f"Wrote {workspace.shown(made.file)}: {made.title}. Stories: {stories}.")


@main.command("list")
@click.pass_obj
def list_practices(find: Finder) -> None:
    """List the practices and what was built of them."""
    workspace = find()
    for slug in workspace.slugs():
        assessments = sorted(path.stem for path in (workspace.practices / slug / "assessments").glob("*.json"))
        editions = sorted(path.parent.name for path in (workspace.build / slug).glob("[0-9]*/manifest.json"))
        issued = sorted(path.parent.name for path in (workspace.practices / slug).glob("issued/[0-9]*/edition.json"))
        click.echo(f"{slug}\n    risk analyses: {', '.join(assessments) or 'none'}")
        click.echo(f"    built: {', '.join(editions) or 'nothing'}\n    issued: {', '.join(issued) or 'nothing'}")


@main.command()
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--as-of", callback=parse_day, help="Use the latest risk analysis on or before this day (YYYY-MM-DD).")
@click.option("--strict", is_flag=True, help="Treat warnings as problems.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems for programs.")
@click.pass_obj
def check(find: Finder, slugs: tuple[str, ...], as_of: date | None, strict: bool, as_json: bool) -> None:
    """Check practices (all, if none is named) with catalogue and templates, and print every problem.

    \b
    Examples:
      binder check
      binder check example-lantern --strict
      binder check example-lantern --json
    """
    from pipeline.checks import check_practices

    workspace = find()
    names = slugs or workspace.slugs()
    problems = check_practices(workspace, names, as_of)
    if as_json:
        keys = ("where", "what", "mend", "warning")
        click.echo(json.dumps({"problems": [{key: getattr(p, key) for key in keys} for p in problems]}, indent=2))
    else:
        print_problems(problems)
    if any(strict or not problem.warning for problem in problems):
        sys.exit(ProblemsFound.exit_code)
    if not as_json:
        click.echo(
            f"Checked {len(names)}: {', '.join(names)}. Ready to build."
            if names
            else "There is no practice yet; templates and catalogue are in order."
        )


@main.command()
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Print every provision with the documents that answer it.")
@click.pass_obj
def coverage(find: Finder, slugs: tuple[str, ...], everything: bool) -> None:
    """Say for practices (all, if none is named) which provisions of the law their package answers, and the gaps.

    \b
    Examples:
      binder coverage
      binder coverage example-lantern --all
    """
    from pipeline.coverage import answers
    from pipeline.load import load_coverage

    workspace = find()
    missing = 0
    for slug in slugs or workspace.slugs():
        catalog, plan, gaps = load_coverage(workspace, slug)
        found = answers(catalog, plan)
        applying = [answer for answer in found if not answer.reason]
        for answer in found if everything else ():
            documents = answer.reason or ", ".join((*answer.policies, *answer.records)) or "GAP"
            click.echo(f"{answer.provision.citation:24} {answer.provision.title}\n{'':24} {documents}")
        print_problems(gaps)
        missing += len(gaps)
        click.echo(
            f"{slug}: {len(applying) - len(gaps)} of {len(applying)} provisions are answered, "
            f"{len(found) - len(applying)} do not apply here."
        )
    if missing:
        sys.exit(ProblemsFound.exit_code)


@main.command()
@click.pass_obj
def lint(find: Finder) -> None:
    """Check catalogue and templates only: after a change in Word, Excel or the catalogue."""
    from pipeline.load import load_shared

    shared = load_shared(find())
    print_problems(shared.problems)
    if any(not problem.warning for problem in shared.problems):
        sys.exit(ProblemsFound.exit_code)
    click.echo("Catalogue and templates are in order.")


@main.command()
@click.argument("slug")
@click.argument("document", default="R-01")
@click.pass_obj
def names(find: Finder, slug: str, document: str) -> None:
    """Print the names that the template of a document may use, with what they say for a practice.

    \b
    Examples:
      binder names example-lantern SEC-10
      binder names example-lantern L-02
    """
    from pipeline.inputs import to_inputs
    from pipeline.load import load_practice
    from pipeline.reference import names_of

    loaded = load_practice(find(), slug)
    artifact = loaded.plan.get(document)
    if artifact is None:
        raise click.UsageError(f"{document} is not part of the package of {slug}.")
    for name, value in names_of(to_inputs(loaded), artifact):
        click.echo(f"{name:40} {value}")


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def text(file: Path) -> None:
    """Print the text of a Word, Excel or PowerPoint file; `make setup` lets `git diff` show changed templates with it.

    \b
    Example:
      binder text templates_docx/SEC-10.docx
    """
    from pipeline.errors import UsageError
    from pipeline.lint.templates import MAX_TEMPLATE
    from pipeline.loading import read_bounded
    from pipeline.render.parts import UnsafeFile
    from pipeline.render.text import office_text

    try:
        data, problems = read_bounded(file, str(file), MAX_TEMPLATE)
        if problems:
            raise ProblemsFound(problems)
        click.echo(visible(office_text(data)), nl=False)
    except UnsafeFile as error:
        raise UsageError(f"{file} cannot be read as a Word, Excel or PowerPoint file. {error}") from error


for _command in (init, build, portfolio, reassess, compare, impact, edits, issue, history, verify, record, status, remind):
    main.add_command(_command)

"""The commands that follow a practice through its year: record, status, remind. No logic."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import click

from pipeline.errors import ProblemsFound
from pipeline.options import Finder, parse_day


@click.command()
@click.argument("slug")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--on", "received", callback=parse_day, help="Day on which the files came (YYYY-MM-DD). Default: today.")
@click.option("--form", help="Which document a signed paper or scan is, for example F-03.")
@click.option("--date", "day", callback=parse_day, help="Day a signed paper speaks for, or a file whose entries have no date.")
@click.option("--person", help="Whom a signed paper concerns, by id in the profile.")
@click.pass_obj
def record(
    find: Finder,
    slug: str,
    files: tuple[Path, ...],
    received: date | None,
    form: str | None,
    day: date | None,
    person: str | None,
) -> None:
    """Read filled forms, logs and trackers, or signed papers, into the records of the practice: all of them or none.

    \b
    Examples:
      binder record willow-creek "L-06 Security reminder log.xlsx"
      binder record willow-creek returned/*.xlsx --on 2027-01-08
      binder record willow-creek signed.pdf --form F-18 --date 2026-12-01 --person jordan-lee
    """
    from pipeline.recording import Said
    from pipeline.recording import record as record_files

    workspace = find()
    said = Said(received or date.today(), form, day, person)
    for done in record_files(workspace, slug, [file.resolve() for file in files], said):
        where, what = f"practices/{slug}/{done.record.file}", done.record
        if done.already:
            click.echo(f"{workspace.shown(done.source)} is recorded already as {where}; nothing was done.")
        else:
            count = f", {len(what.lines)} lines" if what.lines else ""
            click.echo(f"Recorded {where}: {what.document}{count}, speaks for {what.effective}.")


@click.command()
@click.argument("slug", required=False)
@click.option("--on", callback=parse_day, help="How far they were on this day (YYYY-MM-DD). Default: today.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="File for the page. Default: in build.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures for programs, and write no page unless --html names it.")
@click.pass_obj
def status(find: Finder, slug: str | None, on: date | None, html: Path | None, as_json: bool) -> None:
    """Say how far a practice is: trainings, papers, agreements, risk plan, calendar. Without SLUG: all, worst first.

    It also writes status.html, one page that opens in any browser without a network.

    \b
    Examples:
      binder status
      binder status willow-creek
      binder status willow-creek --on 2027-01-31 --html for-the-call.html
    """
    from pipeline.status import look_at
    from pipeline.whole import write_over

    workspace = find()
    seen = look_at(workspace, slug, on or date.today(), html)
    click.echo(json.dumps(seen.values, indent=2, ensure_ascii=False) if as_json else "\n".join(seen.lines))
    if html or not as_json:
        for file, page in seen.pages.items():
            write_over(file, page.encode())
    if not as_json:
        click.echo(f"\nPage: {workspace.shown(seen.file)}")
    if seen.unread:
        sys.exit(ProblemsFound.exit_code)


@click.command()
@click.argument("slug")
@click.option("--on", "day", callback=parse_day, help="The day the messages are written for (YYYY-MM-DD). Default: today.")
@click.option("--month", is_flag=True, help="Draft the security reminder of the month, to everybody.")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to. Default: in practices/SLUG/drafts."
)
@click.pass_obj
def remind(find: Finder, slug: str, day: date | None, month: bool, output: Path | None) -> None:
    """Draft polite messages about trainings and papers that are due or overdue, one for each person. Nothing is sent.

    \b
    Examples:
      binder remind willow-creek
      binder remind willow-creek --on 2027-03-01
      binder remind willow-creek --month
    """
    from pipeline.outbox import write_drafts, write_month

    workspace = find()
    written = (write_month if month else write_drafts)(workspace, slug, day or date.today(), output)
    count = len(written.files)
    if count:
        click.echo(f"Wrote {count} draft{'s' * (count != 1)} to {workspace.shown(written.folder)}. Nothing was sent.")
    if written.same:
        click.echo(f"{written.same} lay there already, word for word.")
    if written.without_address:
        click.echo(f"No e-mail address in the profile, so tell them in person: {'; '.join(written.without_address)}.")
    if not (count or written.same or written.without_address):
        click.echo("Nothing is due: no training and no paper. Nothing was written.")

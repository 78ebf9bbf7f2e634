"""What the commands share: how they find the workspace and read a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click

from pipeline.workspace import Workspace

Finder = Callable[[], Workspace]
password_file = click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True),
    help="Lock binder.pdf: the first line of this file opens it. Of a folder, the file SLUG.txt.",
)


def parse_day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """A day of the command line, for click; BadParameter says how it is written."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError as error:
        raise click.BadParameter("Write the date as YYYY-MM-DD, for example 2026-12-31.") from error

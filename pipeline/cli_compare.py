"""The command that lays two editions side by side. No logic."""

from __future__ import annotations

import click

from pipeline.options import Finder


@click.command()
@click.argument("slug")
@click.argument("old")
@click.argument("new")
@click.pass_obj
def compare(find: Finder, slug: str, old: str, new: str) -> None:
    """Say what is otherwise in edition NEW than in edition OLD: risks, facts, findings, and each document with the reason.

    \b
    Example:
      binder compare example-juniper-ridge 2026.1 2027.1

    OLD is issued; NEW is issued, or what would be built now under that number.
    """
    from pipeline.compare.told import told
    from pipeline.compared import compare_editions

    for line in told(compare_editions(find(), slug, old, new)):
        click.echo(line)

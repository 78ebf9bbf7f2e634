"""The command that makes a firm's own workspace, and brings it to a later version: init. No logic."""

from __future__ import annotations

from pathlib import Path

import click

SAID = {
    "replaced": "replaced: you had not changed them",
    "new": "new",
    "beside": "yours stand; the new ones lie in {folder}/ under the same paths",
    "own": "yours stand; the program changed nothing in them",
    "absent": "you took them away; not laid again",
    "dropped": "no longer part of the program; left where they lie",
}
# a person has something to do there, so each is named
NAMED = ("new", "beside", "dropped")


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--upgrade", "again", is_flag=True, help="Bring the workspace DIR to this version; what you changed stays.")
def init(folder: Path, again: bool) -> None:
    """Make a firm's own workspace in DIR: catalogue, templates, forms, schemas, example practices.

    DIR is new or empty. After a new version of the program was installed, --upgrade replaces the files that you never
    changed, and lays the new version of the others into a folder of their own.

    \b
    Examples:
      binder init our-firm
      binder init our-firm --upgrade
    """
    from pipeline.firm import lay, upgrade

    root = folder.resolve()
    if not again:
        click.echo(
            f"Made a workspace of {lay(root)} files in {root}. Next:\n\n"
            f'    cd "{root}"\n    binder check\n    binder build example-lantern\n'
            '    binder new willow-creek --name "Willow Creek Therapy"\n\nWhat lies where is in its README.md.'
        )
        return
    done = upgrade(root)
    click.echo(f"{root}: {done.before} → {done.now}")
    for kind, said in SAID.items():
        names = done.files[kind]
        if names:
            click.echo(f"{len(names):6}  {said.format(folder=done.folder)}")
        for name in names if kind in NAMED else ():
            click.echo(f"            {name}")
    if not any(done.files[kind] for kind in ("replaced", "new", "beside")):
        click.echo("Nothing had to be written.")
        return
    if done.files["beside"]:
        click.echo(f"Take over from {done.folder}/ what you want, then delete that folder.")
    click.echo("Now run: binder check. What it changes for your practices: binder impact")

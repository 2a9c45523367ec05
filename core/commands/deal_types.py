"""Commands about deal types: export and import as TOML."""

from pathlib import Path

import click

from core.commands.opener import Opener
from core.errors import CRMError


@click.group("deal-type")
def deal_type() -> None:
    """Deal types, carried between instances as TOML."""


@deal_type.command("export")
@click.argument("name")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; else printed.")
@click.pass_obj
def export(opener: Opener, name: str, output: Path | None) -> None:
    """Write the deal type NAME with its stages, tasks and results."""
    from core.stages.portable import export_type  # features are loaded only when they are needed
    from core.stages.services import all_types, find_type

    opener.crm  # noqa: B018 - opens the instance
    found = find_type(name)
    if found is None:
        known = ", ".join(one.name for one in all_types())
        raise CRMError(f"There is no deal type “{name}”; there are: {known}.")
    text = export_type(found)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise CRMError(f"{output} can't be written: {error.strerror}.") from error
    click.echo(f"Wrote {found.name} to {output}.")


@deal_type.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="", help="Another name than the file's.")
@click.pass_obj
def bring_in(opener: Opener, file: Path, name: str) -> None:
    """Make a deal type from FILE; stages that are missing are made too."""
    from core.stages.portable import import_type  # features are loaded only when they are needed

    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise CRMError(f"{file} is no text in UTF-8; save it as such.") from error
    with opener.crm.acting(None, "cli"):
        made = import_type(opener.crm, text, name=name)
    click.echo(f"Made the deal type {made.name}.")


COMMANDS = (deal_type,)

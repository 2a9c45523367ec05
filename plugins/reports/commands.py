"""The command `hinka report`."""

from pathlib import Path

import click

from core.api import InvalidInput, NotFound, speaking
from plugins.reports.output.forms import MEDIA_TYPES, write
from plugins.reports.registry import make_report
from plugins.reports.variants.keeping import find_variant, pairs_of


@click.command("report")
@click.argument("name", metavar="NAME")
@click.option("--param", "params", multiple=True, metavar="K=V", help="A parameter; may be given several times.")
@click.option("--variant", help="The name of saved settings to begin with.")
@click.option("--format", "form", default="table", type=click.Choice(tuple(MEDIA_TYPES)), show_default=True)
@click.option("-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.pass_context
def report(
    context: click.Context, name: str, params: tuple[str, ...], variant: str | None, form: str, target: Path | None
) -> None:
    """Make a report; its NAME as in the address of its page, such as funnel-closed."""
    crm = context.obj.crm
    pairs = [_pair(param) for param in params]
    with speaking(crm.config.language):
        try:
            if variant is not None:
                pairs = [*pairs_of(find_variant(name, variant)), *pairs]
            file = write(make_report(crm, None, name, pairs), form)
        except (InvalidInput, NotFound) as error:
            raise click.UsageError(error.message) from error
    if target is None:
        click.echo(file.content, nl=False)
    else:
        target.write_bytes(file.content)


def _pair(param: str) -> tuple[str, str]:
    name, sign, value = param.partition("=")
    if not sign or not name.strip():
        raise click.UsageError(f"--param {param}: write it like --param type=Sale.")
    return name.strip(), value

"""The commands `hinka report` and `hinka report-variants`."""

import json
from pathlib import Path

import click

from core.api import InvalidInput, NotFound, speaking
from plugins.reports.output.forms import MEDIA_TYPES, write
from plugins.reports.registry import get_report, make_report
from plugins.reports.variants.keeping import all_variants, audience_of, find_variant, pairs_of


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


@click.command("report-variants")
@click.argument("name", metavar="[NAME]", default="")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def report_variants(context: click.Context, name: str, as_json: bool) -> None:
    """List saved settings, of one report or of all; `hinka report NAME --variant "…"` begins with them."""
    crm = context.obj.crm
    with speaking(crm.config.language):
        try:
            found = all_variants(get_report(crm, name).name if name else "")
        except NotFound as error:
            raise click.UsageError(error.message) from error
    rows = [
        {"report": one.report, "name": one.name, "owner": one.owner.login, "audience": audience_of(one)}
        for one in found
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            click.echo("{report:20} {name:40} {owner:16} {audience}".format(**row))


def _pair(param: str) -> tuple[str, str]:
    name, sign, value = param.partition("=")
    if not sign or not name.strip():
        raise click.UsageError(f"--param {param}: write it like --param type=Sale.")
    return name.strip(), value

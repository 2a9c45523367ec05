"""The `hinka` command: the core's own commands, and those that plugins contribute through the hook `commands`.

Exit status: 0 done; 1 refused, with one clear sentence on standard error; 2 wrong usage.
"""

import os
import pwd
import sys
from pathlib import Path

import click
import psycopg
from peewee import PeeweeException

from core import VERSION
from core.commands import deal_types, instance, messages, people, plugins
from core.commands.opener import Opener
from core.config import FILE_NAME
from core.errors import CRMError, PluginRefused
from core.i18n import speaking
from core.store.refusals import refusal

OWN = (*instance.COMMANDS, *people.COMMANDS, *deal_types.COMMANDS, *messages.COMMANDS, *plugins.COMMANDS)


class HinkaGroup(click.Group):
    """The group of all commands; plugins' commands are asked for only when a name isn't one of the core's."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Returns the names of all commands, plugins' included where there is an instance."""
        return sorted({*super().list_commands(context), *_plugin_commands(context)})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Returns the command of a name."""
        return super().get_command(context, name) or _plugin_commands(context).get(name)


@click.group(cls=HinkaGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--instance",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("instance"),
    envvar="HINKA_INSTANCE",
    # Before --help, which names the commands that this instance has.
    is_eager=True,
    help="Folder of the customer's instance.",
    show_default=True,
)
@click.version_option(VERSION, prog_name="hinka")
@click.pass_context
def hinka(context: click.Context, folder: Path) -> None:
    """Hinka, a CRM for active sales."""
    context.obj = Opener(folder)


for command in OWN:
    hinka.add_command(command)


def run(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits; a refusal is one sentence on standard error and status 1."""
    try:
        with speaking("en"):
            hinka.main(arguments, prog_name="hinka", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except CRMError as error:
        click.echo(error.message, err=True)
        sys.exit(1)
    except (PeeweeException, psycopg.Error) as error:
        click.echo(refusal(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(_words_of(error), err=True)
        sys.exit(1)


def _words_of(error: OSError) -> str:
    """Returns what the machine refused: an error without a path has no better words than its own."""
    if error.filename is None:
        return f"The machine refused: {error}."
    if isinstance(error, PermissionError):
        user = pwd.getpwuid(os.geteuid()).pw_name
        return f"The user {user} may not touch {error.filename}: run this as its owner, or choose another place."
    return f"{error.filename}: {error.strerror}. Correct the path, or make room there."


def _plugin_commands(context: click.Context) -> dict[str, click.Command]:
    opener = context.obj or Opener(Path(context.params.get("folder") or "instance"))
    context.obj = opener
    if not (opener.folder / FILE_NAME).exists():
        return {}  # plugins' commands come with the instance
    try:
        return {command.name: command for _plugin, command in opener.crm.hooks.collect("commands", crm=opener.crm)}
    except PluginRefused as refused:
        click.echo(f"Commands of a plugin are missing: {refused.message}", err=True)
        return {}

"""Commands about plugins: list, enable, disable, resume."""

import json

import click

from core.commands.instance import Opener
from core.hooks.guard import resume
from core.hooks.switch import disable, enable, states


@click.group()
def plugin() -> None:
    """Plugins."""


@plugin.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_plugins(opener: Opener, as_json: bool) -> None:
    """Show every plugin found, whether it runs, and why not."""
    found = states(opener.crm)
    if as_json:
        click.echo(json.dumps({"plugins": [state.__dict__ for state in found]}, ensure_ascii=False))
        return
    for state in found:
        click.echo(f"{state.name:18} {state.version:8} {state.state:8} {state.title} {state.reason}".rstrip())


@plugin.command("enable")
@click.argument("name")
@click.pass_obj
def enable_plugin(opener: Opener, name: str) -> None:
    """Switch a plugin on, with what it requires."""
    switched = enable(opener.bare, name)
    click.echo(f"On: {', '.join(switched)}." if switched else f"{name} was on already.")


@plugin.command("disable")
@click.argument("name")
@click.pass_obj
def disable_plugin(opener: Opener, name: str) -> None:
    """Switch a plugin off; its data stays."""
    disable(opener.bare, name)
    click.echo(f"Off: {name}.")


@plugin.command("resume")
@click.argument("name")
@click.pass_obj
def resume_plugin(opener: Opener, name: str) -> None:
    """Let a plugin go on that was paused or stopped because of its failures."""
    resume(opener.bare, name)
    click.echo(f"{name} goes on.")


COMMANDS = (plugin,)

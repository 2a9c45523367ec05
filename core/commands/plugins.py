"""Commands about plugins: list, enable, disable, resume, uninstall, hooks, new, check."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from core.commands.opener import Opener
from core.config import FILE_NAME
from core.hooks.answers import answers
from core.hooks.condition import conditions
from core.hooks.guard import resume
from core.hooks.health import failures
from core.hooks.switch import disable, enable, states
from core.instance.uninstall import check_off, check_removal, data_of, uninstall
from core.kit.new import KINDS, new_plugin


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


@plugin.command("uninstall")
@click.argument("name")
@click.option("--confirm", default="", metavar="NAME", help="The name again; asked for when missing.")
@click.pass_obj
def uninstall_plugin(opener: Opener, name: str, confirm: str) -> None:
    """Export the data of a plugin that is off to a file, and remove it for good."""
    crm = opener.bare
    check_off(crm, name)
    for size in data_of(crm, name):
        click.echo(f"{size.table}: {size.rows} rows", err=True)
    typed = confirm or click.prompt(f"Type the name {name} to remove its data", err=True)
    check_removal(crm, name, typed)
    with crm.acting(None, "cli"):
        click.echo(f"Removed the data of {name}; it is kept in {uninstall(crm, name)}.")


@plugin.command("hooks")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_hooks(opener: Opener, as_json: bool) -> None:
    """Show who answers each hook, in what order, and how long each took lately."""
    found = answers(opener.crm)
    if as_json:
        click.echo(json.dumps({"hooks": [asdict(hook) for hook in found]}, ensure_ascii=False))
        return
    for hook in found:
        click.echo(f"{hook.name} ({hook.verb})")
        for one in hook.answers:
            took = f"{one.calls} calls, {one.mean_ms:.2f} ms on average, {one.worst_ms:.1f} ms at most"
            click.echo(f"  {one.plugin:18} {took if one.calls else 'not called lately'}")


@plugin.command("health")
@click.argument("name", default="")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show_health(opener: Opener, name: str, as_json: bool) -> None:
    """Show what running plugins say of themselves, their last failures and their data; status 1 for a fault."""
    crm = opener.crm
    found = conditions(crm, name)
    names = [name] if name else [manifest.name for manifest in crm.plugins]
    about = [
        {
            "plugin": one,
            "health": [{"state": each.state, "words": str(each.words)} for each in found if each.plugin == one],
            "failures": [f"{row.what}: {row.error} ({row.times}×)" for row in failures(one, 5)],
            "data": [asdict(size) for size in data_of(crm, one)],
        }
        for one in names
    ]
    click.echo(json.dumps({"plugins": about}, ensure_ascii=False) if as_json else "\n".join(map(_health_words, about)))
    raise SystemExit(1 if any(each.state == "faulty" for each in found) else 0)


def _health_words(about: dict[str, Any]) -> str:
    lines = [f"{about['plugin']}: {' '.join(each['state'] for each in about['health']) or 'says nothing of itself'}"]
    lines += [f"  {each['words']}" for each in about["health"] if each["words"]]
    lines += [f"  failed: {each}" for each in about["failures"]]
    lines += [f"  {each['table']}: {each['rows']} rows, {each['bytes'] or 0} bytes" for each in about["data"]]
    return "\n".join(lines)


@plugin.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(tuple(KINDS)), default="blank", show_default=True)
@click.option("--into", type=click.Path(path_type=Path), help="Folder of plugins; that of the instance otherwise.")
@click.pass_obj
def new(opener: Opener, name: str, kind: str, into: Path | None) -> None:
    """Write a small plugin with tests that pass at once."""
    into = into or (opener.folder / "plugins" if (opener.folder / FILE_NAME).exists() else Path("plugins"))
    for path in new_plugin(name, kind, into):
        click.echo(path)
    click.echo(f"Run its tests: {Path(sys.executable).with_name('pytest')} {into / name / 'tests'}", err=True)


@plugin.command("check")
@click.argument("place")
@click.option("--json", "as_json", is_flag=True)
def check_plugin(place: str, as_json: bool) -> None:
    """Check the contract of the plugin in the folder PLACE, or of the installed one of that name."""
    from core.kit.check import check  # makes a web application

    findings = check(place)
    if as_json:
        click.echo(json.dumps({"findings": findings}, ensure_ascii=False))
    else:
        click.echo("\n".join(findings) or "It keeps the contract.")
    raise SystemExit(1 if findings else 0)


COMMANDS = (plugin,)

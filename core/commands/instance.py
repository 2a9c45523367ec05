"""Commands about the instance as a whole: init, serve, worker, migrate, doctor, backup, restore, docs."""

import json
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from core.boot import all_steps, boot
from core.commands.opener import Opener
from core.config import LANGUAGES, Config, read_config, write_config
from core.errors import CRMError
from core.hooks.plugins import discover, known_plugin
from core.i18n import speaking
from core.instance import backup as backups
from core.instance import releases
from core.instance import upgrade as upgrades
from core.instance.customer import PLAIN, apply, export, joined, profiles
from core.instance.doctor import examine
from core.instance.place import empty_database, new_place
from core.runtime import CRM
from core.serve.foreman import look_after_job
from core.serve.worker import work
from core.store.migrate import migrate_down, pending
from core.users.services import create_user, ensure_roles

SIGN_IN_FILE = "sign-in.txt"
CURRENCIES = {
    "sq": ("ALL", "AL", "Europe/Tirane"),
    "ru": ("RUB", "RU", "Europe/Moscow"),
    "en": ("EUR", "AL", "Europe/Tirane"),
}


@click.command()
@click.option(
    "--database", default="", help="sqlite:///FILE (usual: sqlite:///hinka.db) or postgresql://USER@HOST/NAME."
)
@click.option("--language", type=click.Choice(LANGUAGES), default="en")
@click.option("--currency", default="", help="The company's currency, e.g. EUR.")
@click.option("--name", default="Hinka", help="The company's name.")
@click.option("--sample", is_flag=True, help="Fill in a believable company to try things on.")
@click.option("--profile", type=click.Choice(profiles()), help="Begin with what such a company needs.")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    help="A file of what the customer needs; “hinka config export” writes one.",
)
@click.pass_obj
def init(
    opener: Opener,
    database: str,
    language: str,
    currency: str,
    name: str,
    sample: bool,
    profile: str | None,
    file: Path | None,
) -> None:
    """Make a new instance: its folder, database, roles, stages and an administrator."""
    folder = opener.folder
    with new_place(folder, "choose another folder with --instance"):
        set_up = joined(profile or "", file)
        own_currency, country, zone = CURRENCIES[set_up.get("language", language)]
        database = database or set_up.get("database", Config.database)
        config = Config(folder, name, database, language, currency or own_currency, country, zone)
        write_config(replace(config, **{key: set_up[key] for key in PLAIN if key in set_up}))
        with empty_database(read_config(folder).database, folder):
            password = _fill(_made(folder, set_up), sample, set_up.get("deal_types"))
        releases.link(folder, releases.OWN)
    click.echo(f"Made the instance {folder}. Sign in as admin with the password {password}")


@click.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=click.IntRange(0, 65_535))
@click.option("--workers", default=2, type=int, help="Web processes.")
@click.option("--without", multiple=True, metavar="PLUGIN", help="Start without this plugin.")
@click.pass_obj
def serve(opener: Opener, host: str, port: int, workers: int, without: tuple[str, ...]) -> None:
    """Serve the web interface and work off jobs until Ctrl-C."""
    from core.serve.claims import bound, only_here
    from core.serve.supervisor import serve as run  # gunicorn is for this command alone

    config = opener.config
    manifests = discover(config.folder / "plugins")[0]
    for name in without:
        known_plugin(manifests, name)
    with only_here(config.folder), bound(host, port) as listener:
        click.echo(f"Hinka serves http://{host}:{port}")
        sign_in = config.folder / SIGN_IN_FILE
        if sign_in.exists():
            click.echo(f"Sign in: {f'see {sign_in}' if _is_journal(config) else sign_in.read_text('utf-8').strip()}")
        raise SystemExit(run(config, listener, workers=workers, without=without))


@click.command()
@click.option("--once", is_flag=True, help="Do what is waiting and stop.")
@click.pass_obj
def worker(opener: Opener, once: bool) -> None:
    """Work off jobs."""
    if once:
        click.echo(opener.crm.jobs.run_waiting())
    else:
        look_after_job(opener.crm)
        work(opener.crm)


@click.command()
@click.option("--down", metavar="PLUGIN", default="", help="Take back the migrations of this plugin.")
@click.pass_obj
def migrate(opener: Opener, down: str) -> None:
    """Bring the database's schema up to date (a start does so by itself)."""
    crm = opener.crm
    if down:
        known_plugin(crm.manifests, down)
        undone = migrate_down(crm.database, [step for step in all_steps(crm) if step.owner == down])
        click.echo(f"Took back {len(undone)} migrations of {down}.")
    else:
        click.echo(f"{len(pending(crm.database, all_steps(crm)))} migrations are pending.")


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def doctor(opener: Opener, as_json: bool) -> None:
    """Look for what is inconsistent, and explain it."""
    findings = examine(opener.crm)
    if as_json:
        click.echo(json.dumps({"findings": findings}, ensure_ascii=False))
    else:
        click.echo("\n".join(findings) or "Everything is fine.")
    raise SystemExit(1 if findings else 0)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(opener: Opener, file: Path) -> None:
    """Write database, files and configuration into one FILE; people may go on working."""
    rows = backups.backup(opener.crm, file)
    click.echo(f"Wrote {rows} rows and the files to {file}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--database", default="", help="Restore into this database instead of the backup's own kind.")
@click.pass_obj
def restore(opener: Opener, file: Path, database: str) -> None:
    """Make an instance in the folder of --instance from a backup FILE."""
    rows = backups.restore(file, opener.folder, database)
    releases.link(opener.folder, releases.OWN)
    click.echo(f"Restored {rows} rows to {opener.folder}.")


@click.group("config")
def configuration() -> None:
    """The customer's set-up."""


@configuration.command("export")
@click.option("-o", "file", type=click.Path(path_type=Path), help="Write into this file instead of showing it.")
@click.pass_obj
def export_set_up(opener: Opener, file: Path | None) -> None:
    """Write the set-up, without secrets, for “hinka init --from”."""
    text = export(opener.crm)
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text, "utf-8")
        click.echo(f"Wrote {file}.")


@click.command()
@click.option("--rehearse", "only_rehearse", is_flag=True, help="Only try it on a copy, and tell what it does.")
@click.option(
    "--back",
    "is_back",
    is_flag=True,
    help="Put database and release back as before the last upgrade; again, as before the one before.",
)
@click.option("--to", default="", metavar="RELEASE", help="With --back: go back over several upgrades to this release.")
@click.option("--release", type=click.Path(path_type=Path), help="The folder of another release, to go over to it.")
@click.pass_obj
def upgrade(opener: Opener, only_rehearse: bool, is_back: bool, to: str, release: Path | None) -> None:
    """Bring the instance to this release, or to that of --release: rehearsed on a copy first, all or nothing."""
    config = read_config(opener.folder)
    if to and not is_back:
        raise click.UsageError("--to goes with --back; another release is named by --release.")
    if is_back:
        state = upgrades.go_back(config, to)
        click.echo(f"The database is again what it was: {state.copy}.\nThe release is {state.release}.")
        return
    if release is not None:
        releases.go_to(config.folder, release, only_rehearse=only_rehearse)
        return
    shown = upgrades.rehearse(config) if only_rehearse else upgrades.upgrade(config)
    for step in shown.steps:
        click.echo(f"{step.owner:18} {step.name:30} {step.seconds:.2f} s  {', '.join(step.tables)}".rstrip())
    for sentence in (*shown.refused, *shown.findings, *shown.contract):
        click.echo(sentence, err=True)
    done = "would be taken" if only_rehearse else "were taken"
    click.echo(f"{len(shown.steps)} migrations {done}; the trial took {shown.seconds:.1f} s.")
    raise SystemExit(1 if shown.refused else 0)


@click.command()
@click.option("--check", is_flag=True, help="Only tell whether the page is fresh.")
def docs(check: bool) -> None:
    """Write docs/hooks.md and docs/api.md from the code."""
    from core.documentation import PAGES, page  # loads all that core.api names

    for name in PAGES:
        path = Path("docs", f"{name}.md")
        if not check:
            path.write_text(page(name), "utf-8")
        elif not path.exists() or path.read_text("utf-8") != page(name):
            raise CRMError(f"{path} is stale; run “make docs”.")


def _is_journal(config: Config) -> bool:
    """Tells whether what is printed is kept by systemd, where no password belongs."""
    about = os.fstat(1)
    return config.environment.get("JOURNAL_STREAM") == f"{about.st_dev}:{about.st_ino}"


def _made(folder: Path, set_up: dict[str, Any]) -> CRM:
    crm = boot(read_config(folder))
    if set_up:
        apply(crm, {**set_up, "settings": {}})
        crm.database.close_all()
        crm = boot(read_config(folder))  # now with the plugins whose settings the set-up may have
        apply(crm, {"settings": set_up.get("settings", {})})
    return crm


def _fill(crm: CRM, sample: bool, types: list[str] | None) -> str:
    from core.stages.services import ensure_defaults  # features are loaded only when an instance is made

    password = secrets.token_urlsafe(9)
    with speaking(crm.config.language), crm.acting(None, "cli"):
        ensure_roles(crm)
        ensure_defaults(crm, *([types] if types else []))
        create_user(crm, "admin", "Administrator", role="administrator", password=password)
        if sample:
            from core.sample import generate

            generate(crm)
    handle = os.open(crm.config.folder / SIGN_IN_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"admin / {password}\n")
    return password


COMMANDS = (init, serve, worker, migrate, doctor, backup, restore, upgrade, configuration, docs)

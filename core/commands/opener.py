"""The instance that a command works on, opened when it first asks for it."""

import os
import pwd
from functools import cached_property
from pathlib import Path

import click

from core.boot import boot
from core.config import Config, read_config
from core.hooks.plugins import discover
from core.runtime import CRM


class Opener:
    """Opens the instance when a command first asks for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def config(self) -> Config:
        """The instance's configuration; warns root, whose new files the instance's own user could not change."""
        config = read_config(self.folder)
        owner = _owner(config.folder)
        if os.geteuid() == 0 != owner:
            user = _name(owner)
            click.echo(f"{config.folder} belongs to {user}: better run this by “sudo -u {user} …”.", err=True)
        return config

    @cached_property
    def crm(self) -> CRM:
        """The running instance; raises ConfigError when there is none in the folder."""
        crm = boot(self.config)
        for refusal in crm.refusals:
            click.echo(f"Plugin {refusal.plugin} is off: {refusal.reason} {refusal.remedy}", err=True)
        return crm

    @cached_property
    def bare(self) -> CRM:
        """The instance without any plugin's code: to switch plugins even when one of them would break the command."""
        return boot(self.config, without=discover(self.config.folder / "plugins")[0])


def _owner(folder: Path) -> int:
    return folder.stat().st_uid


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"

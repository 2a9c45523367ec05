"""Commands about people: user add, token create."""

import click

from core.commands.opener import Opener
from core.errors import CRMError
from core.users.services import create_token, create_user, find_user

NONE = "-"


@click.group()
def user() -> None:
    """Users."""


@user.command("add")
@click.argument("login")
@click.option("--name", default="", help="The person's name.")
@click.option("--role", default="seller", show_default=True)
@click.option("--email", default="")
@click.option("--password", default="", help="Asked for when missing; “-” for a user who can't sign in.")
@click.pass_obj
def add(opener: Opener, login: str, name: str, role: str, email: str, password: str) -> None:
    """Make a user."""
    if not password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with opener.crm.acting(None, "cli"):
        password = "" if password == NONE else password
        made = create_user(opener.crm, login, name, role=role, email=email, password=password)
    click.echo(f"Made the user {made.login}.")


@click.group()
def token() -> None:
    """Tokens for the REST API."""


@token.command("create")
@click.argument("login", default="admin")
@click.option("--user", "user_name", default="", help="Whose token; the same as LOGIN.")
@click.option("--name", default="cli", help="What the token is for.")
@click.pass_obj
def create(opener: Opener, login: str, user_name: str, name: str) -> None:
    """Print a new token, alone; it is shown this once."""
    crm, login = opener.crm, user_name or login
    found = find_user(login)
    if found is None:
        raise CRMError(f"There is no user {login}; make one with “hinka user add {login}”.")
    with crm.acting(found.id, "cli"):
        click.echo(create_token(crm, found, name))


COMMANDS = (user, token)

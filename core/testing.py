"""Fixtures for tests of the core and of plugins: `-p core.testing` among pytest's options gives them all.

`crm` is a running instance on a fresh database, with a clock that stands still; override the fixture
`enabled_plugins` to switch plugins on, and `database_url` to run on another database than SQLite.
"""

import itertools
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from jinja2.bccache import Bucket, BytecodeCache

from core.boot import boot
from core.clock import FixedClock
from core.config import Config, read_config, write_config
from core.runtime import CRM
from core.users import services
from core.users.models import Team, User
from core.users.services import create_team, create_user, ensure_roles

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"  # noqa: S105 - the password of made-up users
# Nothing of a test must survive a power cut, so nothing waits for the disk.
QUICK_PRAGMAS = {"synchronous": "off"}


# Plugins that lie in no folder of plugins: those whose own tests run.
_own_plugins: list[Path] = []


def own_plugin(folder: Path) -> None:
    """Lets every instance of the tests find the plugin in `folder`; a plugin's conftest says this of itself."""
    if folder not in _own_plugins:
        _own_plugins.append(folder)
        import_module("plugins").__path__.append(str(folder.parent))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses connections beyond this machine, so that no test reaches the outside world by accident."""
    connect = socket.socket.connect

    def guarded(line: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in ("", "localhost", "::1") and not host.startswith("127."):
            raise AssertionError(f"A test reached for {host}: fake the outside world at the adapter.")
        connect(line, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def enabled_plugins() -> tuple[str, ...]:
    """Returns the plugins that `crm` runs with; override it in a module or class."""
    return ()


@pytest.fixture
def database_url(tmp_path: Path, enabled_plugins: tuple[str, ...]) -> str:
    """Returns the URL of a fresh database, already migrated where a template of it is at hand."""
    return sqlite_copy(tmp_path, enabled_plugins)


@pytest.fixture
def crm(tmp_path: Path, database_url: str, enabled_plugins: tuple[str, ...]) -> Iterator[CRM]:
    """Returns a running instance with its standard roles and stages; its clock stands at noon of 15 June 2026."""
    with running(tmp_path, database_url, enabled_plugins) as instance:
        yield instance


@pytest.fixture
def make(crm: CRM) -> "Make":
    """Returns the factories: `make.user()`, `make.client()`, `make.deal()`… with sensible defaults."""
    return Make(crm)


@pytest.fixture
def queries(crm: CRM) -> "Queries":
    """Returns a counter: `with queries.at_most(15): …` fails when the block asks the database more often."""
    return Queries(crm)


@pytest.fixture
def channel(crm: CRM) -> "FakeChannel":
    """Returns a channel without a network, switched on: what it was given stands in `channel.sent`."""
    fake = FakeChannel()
    crm.channels[fake.key] = fake.contribution()
    return fake


@pytest.fixture
def web(crm: CRM) -> "Browser":
    """Returns a browser without a screen: `web.sign_in(user)`, `web.get(url)`, `web.post(url, values)`."""
    return Browser(crm)


@contextmanager
def running(folder: Path, database_url: str, plugins: tuple[str, ...] = ()) -> Iterator[CRM]:
    """Runs the block with an instance in `folder`, which is prepared and closed again."""
    if not (folder / "customer.toml").exists():
        write_config(Config(folder=folder, database=database_url))
    for plugin in _own_plugins:
        (folder / "plugins").mkdir(exist_ok=True)
        if not (folder / "plugins" / plugin.name).exists():
            (folder / "plugins" / plugin.name).symlink_to(plugin)
    config = read_config(folder, environment={})
    config = Config(**{**config.__dict__, "plugins": plugins})
    services._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # real argon2, but quick
    crm = boot(config, clock=FixedClock(NOON), pragmas=QUICK_PRAGMAS)
    assert not crm.refusals, crm.refusals
    try:
        prepare(crm)
        yield crm
    finally:
        crm.database.close()
        crm.database.close_all()


def prepare(crm: CRM) -> None:
    """Seeds what every instance begins with: standard roles, stages, reasons of loss and deal types."""
    from core.stages.services import ensure_defaults  # features are loaded when they are needed

    ensure_roles(crm)
    ensure_defaults(crm)


@dataclass(frozen=True)
class Filling:
    """What databases hold beyond the usual seed: written into a template once a process, under this name."""

    name: str
    fill: Callable[[CRM], object]


_templates: dict[str, Path] = {}


def sqlite_copy(folder: Path, plugins: tuple[str, ...], filling: Filling | None = None) -> str:
    """Returns the URL of a copy of a migrated, seeded and filled SQLite database, made once a process."""
    name = template_name(plugins, filling)
    if name not in _templates or not _templates[name].exists():
        template = folder / "template"
        fill_template(template, "sqlite:///hinka.db", plugins, filling)
        kept = Path(os.environ.get("HINKA_TEST_RUN", folder)) / f"template-{os.getpid()}-{name}.db"
        shutil.copy(template / "hinka.db", kept)
        _templates[name] = kept
    shutil.copy(_templates[name], folder / "hinka.db")
    return "sqlite:///hinka.db"


def template_name(plugins: tuple[str, ...], filling: Filling | None) -> str:
    """Returns what a template with these plugins and this filling is called."""
    return "-".join(("seeded", *plugins, *([f"with_{filling.name}"] if filling else [])))


def fill_template(folder: Path, database_url: str, plugins: tuple[str, ...], filling: Filling | None) -> None:
    """Migrates, seeds and fills a database, whose connections are closed again."""
    with running(folder, database_url, plugins) as crm:
        if filling:
            filling.fill(crm)


class Make:
    """Factories: each makes one record with sensible defaults and returns it."""

    def __init__(self, crm: CRM) -> None:
        self.crm = crm
        self.numbers = itertools.count(1)

    def user(self, role: str = "seller", *, team: Team | None = None, name: str = "", password: str = "") -> User:
        """Returns a new user of a role."""
        number = next(self.numbers)
        name = name or f"User {number}"
        return create_user(self.crm, f"user{number}", name, role=role, team=team, password=password)

    def team(self, name: str = "", *, head: User | None = None, parent: Team | None = None) -> Team:
        """Returns a new team."""
        return create_team(self.crm, name or f"Team {next(self.numbers)}", head=head, parent=parent)

    def client(self, name: str = "", *, owner: User | None = None, **values: Any) -> Any:
        """Returns a new client, a company unless told otherwise."""
        from core.clients.services import create_client

        values.setdefault("kind", "company")
        return create_client(self.crm, name=name or f"Client {next(self.numbers)}", owner=owner, **values)

    def deal_type(self, name: str = "", *, mode: str = "manual", stages: tuple[str, ...] = ()) -> Any:
        """Returns a published deal type with the named stages, which are made when missing."""
        from core.stages.services import create_deal_type

        stages = stages or (() if mode == "none" else ("Interest", "Offer", "Payment"))
        return create_deal_type(self.crm, name or f"Type {next(self.numbers)}", mode=mode, stages=stages)

    def deal(self, title: str = "", *, client: Any = None, deal_type: Any = None, **values: Any) -> Any:
        """Returns a new open deal."""
        from core.deals.services import open_deal

        values.setdefault("potential", Decimal(100))
        values.setdefault("owner", None)
        return open_deal(
            self.crm,
            title=title or f"Deal {next(self.numbers)}",
            client=client or self.client(owner=values["owner"]),
            deal_type=deal_type or self.deal_type(),
            **values,
        )


class FakeChannel:
    """A channel whose network is a list; set `says` to what it is to answer: a Sent's state, or an error to raise.

    `sent` holds what was handed over, `files` the names and bytes of the files that went along, by the message's id.
    """

    key = "fake"

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.files: dict[int, list[tuple[str, bytes]]] = {}
        self.says: str | Exception = "sent"

    def contribution(self, **facts: Any) -> Any:
        """Returns the channel as a plugin would contribute it."""
        from core.hooks.channels import Channel

        usual = {
            "key": self.key,
            "label": "Fake",
            "icon": "message",
            "address_kind": "phone",
            "consent": "sms",
            "prepare": self.prepare,
            "send": self.send,
            "stop_words": ("STOP",),
            "carries_files": True,
        }
        return Channel(**{**usual, **facts})

    def receive(self, crm: CRM, address: str, body: str = "", **facts: Any) -> Any:
        """Returns the message that the network brings: `files` are pairs of name and bytes."""
        from core.messages.incoming import receive_message

        return receive_message(crm, self.key, address=address, body=body, **facts)

    def prepare(self, _crm: CRM, draft: Any) -> Any:
        """Returns the draft as it is; an address without digits is refused."""
        from core.errors import InvalidInput
        from core.hooks.channels import Prepared

        if not any(sign.isdigit() for sign in draft.address):
            raise InvalidInput("This is no number.", fields={"address": ["Type a number."]})
        return Prepared(draft.address, draft.body, 1, draft.extra)

    def send(self, crm: CRM, outgoing: Any) -> list[Any]:
        """Notes what it got, with the names and bytes of files, and answers as it is told."""
        from core.hooks.channels import Sent
        from core.messages.attachments import attachments_of

        if isinstance(self.says, Exception):
            raise self.says
        for one in outgoing:
            self.files[one.id] = [(file.name, file.path.read_bytes()) for file in attachments_of(crm, one)]
        self.sent += outgoing
        return [Sent(one.id, self.says, f"ref-{one.id}") for one in outgoing]


class Compiled(BytecodeCache):
    """Keeps compiled templates for the next test: compiling them took half the time of a page's test."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills the bucket with what is kept under its key."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps what the bucket holds."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = Compiled()


def web_of(crm: CRM) -> Any:
    """Returns the web application of `crm`, whose pages are compiled once a process."""
    from core.web.factory import create_web  # tests of services do without Flask

    app = create_web(crm)
    app.jinja_env.bytecode_cache = _compiled
    return app


class Browser:
    """Asks for pages as a signed-in person's browser would, with the token that forms carry."""

    def __init__(self, crm: CRM) -> None:
        self.app = web_of(crm)
        self.app.testing = True
        self.client = self.app.test_client()

    def sign_in(self, user: User) -> "Browser":
        """Makes the following requests in the name of `user`, and returns the browser."""
        with self.client.session_transaction() as session:
            session.clear()
            session.update({"user": user.id, "epoch": user.session_epoch, "csrf_token": "token"})
        return self

    def get(self, url: str, **options: Any) -> Any:
        """Returns the answer to GET."""
        return self.client.get(url, **options)

    def post(self, url: str, values: dict[str, Any] | None = None, **options: Any) -> Any:
        """Returns the answer to a form that is sent."""
        return self.client.post(url, data={"csrf_token": "token", **(values or {})}, **options)

    def text(self, url: str) -> str:
        """Returns the text of a page, which must be there."""
        answer = self.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.get_data(as_text=True)[:500]}"
        return answer.get_data(as_text=True)


class Queries:
    """Counts what the database is asked."""

    def __init__(self, crm: CRM) -> None:
        self.crm = crm
        self.seen: list[str] = []

    @contextmanager
    def at_most(self, limit: int) -> Iterator[list[str]]:
        """Fails when the block sends more than `limit` statements, and shows them."""
        self.seen = []
        hook = self._note
        self.crm.database.query_hooks.append(hook)
        try:
            yield self.seen
        finally:
            self.crm.database.query_hooks.remove(hook)
        assert len(self.seen) <= limit, f"{len(self.seen)} queries:\n" + "\n".join(self.seen)

    def _note(self, event: Any) -> None:
        self.seen.append(event.sql)

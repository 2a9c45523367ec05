"""People as the database keeps them."""

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField

from core.i18n import _
from core.store.fields import Record, UtcField


class Role(Record):
    """A set of permissions and how far its holders see: `scope` is own, team or all."""

    key = CharField(unique=True)
    name = CharField()
    scope = CharField()
    permissions = JSONField()
    is_standard = BooleanField(default=False)

    class Meta:
        table_name = "core_role"

    @property
    def label(self) -> str:
        """The role's name; that of a standard role in the reader's language."""
        return _(self.name) if self.is_standard else self.name


class Team(Record):
    """A team in the tree of teams; its head sees what its members and the teams below see."""

    name = CharField(unique=True)
    parent = ForeignKeyField("self", null=True)
    head_id = IntegerField(null=True)

    class Meta:
        table_name = "core_team"


class User(Record):
    """A person who works with the CRM; without a password hash, somebody who can't sign in."""

    login = CharField(unique=True)
    name = CharField()
    email = CharField(default="")
    password_hash = CharField(default="")
    role = ForeignKeyField(Role)
    team = ForeignKeyField(Team, null=True)
    language = CharField(default="")
    theme = CharField(default="")
    is_active = BooleanField(default=True)
    session_epoch = IntegerField(default=0)
    created_at = UtcField()
    last_seen_at = UtcField(null=True)

    class Meta:
        table_name = "core_user"

    def can(self, permission: str) -> bool:
        """Tells whether the user holds a permission; an administrator's role holds "*", which is every one."""
        return self.is_active and ("*" in self.role.permissions or permission in self.role.permissions)


class Token(Record):
    """A REST token; only the hash of its secret is kept."""

    user = ForeignKeyField(User)
    name = CharField()
    token_hash = CharField(unique=True)
    created_at = UtcField()
    last_used_at = UtcField(null=True)
    revoked_at = UtcField(null=True)

    class Meta:
        table_name = "core_token"


class SessionEnd(Record):
    """A browser's session that was signed out lately; `key` is made of what the session keeps."""

    key = CharField(unique=True)
    at = UtcField()

    class Meta:
        table_name = "core_session_end"


class SignInFailure(Record):
    """A failed attempt, by login and by address: the source of the rate limit, common to all web processes."""

    subject = CharField()
    at = UtcField()

    class Meta:
        table_name = "core_sign_in_failure"

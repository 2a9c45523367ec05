"""Who asks: the user of a token or of a session. Asked at every request, so it is one plain statement and no more."""

import hashlib
from datetime import timedelta
from functools import lru_cache
from typing import Any

from peewee import Model

from core.runtime import CRM
from core.users.models import Role, Token, User

# How exactly an administrator learns when a token was last used; each note costs a write.
NOTED_EVERY = timedelta(minutes=1)


def user_of_token(crm: CRM, secret: str) -> User | None:
    """Returns the active user of a token, or None for one that is unknown or revoked; notes when it was used."""
    statement = _of_token(crm.database.param)
    found = crm.database.execute_sql(statement, (hash_token(secret),)).fetchone()
    if found is None:
        return None
    token_id, last_used_at, *values = found
    user = _user(values)
    if user is not None:
        _note_use(crm, token_id, Token.last_used_at.python_value(last_used_at))
    return user


def user_of_session(crm: CRM, user_id: int) -> User | None:
    """Returns the active user, with the role, whom a browser is signed in as, or None."""
    found = crm.database.execute_sql(_of_session(crm.database.param), (user_id,)).fetchone()
    return None if found is None else _user(found)


def hash_token(secret: str) -> str:
    """Returns what is kept of a token; its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


# The statements are written once: peewee would need longer for each than the database does.
@lru_cache(maxsize=2)
def _of_token(mark: str) -> str:
    return (
        f"SELECT t.id, t.last_used_at, {_columns()} FROM core_token t JOIN core_user u ON u.id = t.user_id"
        f" JOIN core_role r ON r.id = u.role_id WHERE t.token_hash = {mark} AND t.revoked_at IS NULL"
    )


@lru_cache(maxsize=2)
def _of_session(mark: str) -> str:
    return f"SELECT {_columns()} FROM core_user u JOIN core_role r ON r.id = u.role_id WHERE u.id = {mark}"


def _columns() -> str:
    users = [f"u.{one.column_name}" for one in User._meta.sorted_fields]
    return ", ".join(users + [f"r.{one.column_name}" for one in Role._meta.sorted_fields])


def _user(values: tuple[Any, ...] | list[Any]) -> User | None:
    size = len(User._meta.sorted_fields)
    user = _record(User, values[:size])
    if not user.is_active:
        return None
    user.role = _record(Role, values[size:])
    user._dirty.clear()
    return user


def _record(model: type[Model], values: tuple[Any, ...] | list[Any]) -> Any:
    record = model()
    for column, value in zip(model._meta.sorted_fields, values, strict=True):
        record.__data__[column.name] = None if value is None else column.python_value(value)
    record._dirty.clear()
    return record


def _note_use(crm: CRM, token_id: int, last_used_at: Any) -> None:
    now = crm.clock.now()
    if last_used_at is None or now - last_used_at >= NOTED_EVERY:
        with crm.work():
            Token.update(last_used_at=now).where(Token.id == token_id).execute()

"""Roles: sets of permissions that plugins extend, and how far their holders see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import _, lazy
from core.runtime import CRM
from core.settings import Setting
from core.store import audit
from core.users.models import Role, User

STANDARD_ROLES = (  # key, name (kept in English, shown in the reader's language), scope
    ("administrator", lazy("Administrator"), "all"),
    ("director", lazy("Director"), "all"),
    ("head", lazy("Head of sales"), "team"),
    ("seller", lazy("Seller"), "own"),
    ("agent", lazy("Call agent"), "own"),
    ("reader", lazy("Read-only"), "all"),
)
SCOPES = {"own": lazy("Own records"), "team": lazy("The team's records"), "all": lazy("All records")}
# The permissions that standard roles have been given once: what an administrator takes away later stays away.
HANDED_OUT = {"plugin": "core.roles", "name": "handed_out"}


@dataclass(frozen=True)
class RoleRights:
    """What a role shall be: its scope and the permissions it holds."""

    scope: str
    permissions: frozenset[str]


def ensure_roles(crm: CRM) -> None:
    """Makes the standard roles that are missing, and gives them permissions that are new since the last time."""
    row = Setting.get_or_none(**HANDED_OUT)
    handed_out = set(row.value) if row else set()
    new = set(crm.permissions) - handed_out
    if row and not new:
        return  # most starts write nothing, and so wait for nobody who writes
    with crm.work():
        for key, name, scope in STANDARD_ROLES:
            holds = ["*"] if key == "administrator" else []
            role = Role.insert(key=key, name=name.message, scope=scope, permissions=holds, is_standard=True)
            role.on_conflict_ignore().execute()
        if new:
            _hand_out(crm, new)
            value = sorted(handed_out | new)
            Setting.insert(**HANDED_OUT, value=value).on_conflict(
                conflict_target=[Setting.plugin, Setting.name], update={Setting.value: value}
            ).execute()


def get_role(key: str) -> Role:
    """Returns the role of a key; raises InvalidInput naming the known ones."""
    role = Role.get_or_none(Role.key == key)
    if role is None:
        known = ", ".join(row.key for row in all_roles())
        raise InvalidInput(_("There is no role %(key)s; known are %(known)s.", key=key, known=known))
    return role


def all_roles() -> list[Role]:
    """Returns the roles, the standard ones first."""
    return list(Role.select().order_by(Role.is_standard.desc(), Role.id))


def change_roles(crm: CRM, wanted: Mapping[int, RoleRights]) -> int:
    """Gives each role, by id, its new rights, and returns how many changed; the administrator's never do."""
    changed = 0
    with crm.work():
        for role in all_roles():
            if role.key == "administrator" or role.id not in wanted:
                continue
            rights = wanted[role.id]
            _check(crm, rights)
            # Rights of plugins that are switched off are not on the page, and stay.
            unseen = {key for key in role.permissions if key not in crm.permissions}
            after = {"scope": rights.scope, "permissions": sorted(rights.permissions | unseen)}
            before = {"scope": role.scope, "permissions": sorted(role.permissions)}
            if after != before:
                role.scope, role.permissions = after["scope"], after["permissions"]
                role.save()
                audit.record(crm, "role", role.id, "changed", audit.differences(before, after))
                changed += 1
    return changed


def create_role(crm: CRM, name: str, *, like: Role | None = None) -> Role:
    """Returns a new role with the rights of another, or with none; raises InvalidInput for a name in use."""
    name = name.strip()
    if not name:
        raise InvalidInput(_("A role needs a name."), fields={"name": [_("Type a name.")]})
    if any(name.casefold() in (role.name.casefold(), role.label.casefold()) for role in all_roles()):
        raise InvalidInput(_("There is already a role %(name)s.", name=name), fields={"name": [_("In use.")]})
    with crm.work():
        number = (Role.select(Role.id).order_by(Role.id.desc()).limit(1).scalar() or 0) + 1
        held = (
            []
            if like is None
            else [key for key in crm.permissions if "*" in like.permissions or key in like.permissions]
        )
        role = Role.create(
            key=f"role{number}",
            name=name,
            scope=like.scope if like else "own",
            permissions=sorted(held),
            is_standard=False,
        )
        audit.record(crm, "role", role.id, "created", {"name": [None, name]})
    return role


def delete_role(crm: CRM, role_id: int) -> None:
    """Deletes a role of one's own making that nobody has; raises Conflict for others."""
    role = Role.get_or_none(Role.id == role_id)
    if role is None:
        raise NotFound(_("There is no such role."))
    if role.is_standard:
        raise Conflict(_("A standard role can't be deleted; take its rights away instead."))
    holder = User.get_or_none(User.role == role)
    if holder is not None:
        raise Conflict(_("%(name)s has this role: give another one first.", name=holder.name))
    with crm.work():
        role.delete_instance()
        audit.record(crm, "role", role_id, "deleted", {"name": [role.name, None]})


def _hand_out(crm: CRM, new: Collection[str]) -> None:
    for role in Role.select().where(Role.is_standard, Role.key != "administrator"):
        added = {key for key in new if role.key in crm.permissions[key].roles}
        if added - set(role.permissions):
            role.permissions = sorted(added | set(role.permissions))
            role.save()


def _check(crm: CRM, rights: RoleRights) -> None:
    if rights.scope not in SCOPES:
        raise InvalidInput(_("There is no scope %(name)s.", name=rights.scope))
    unknown = sorted(rights.permissions - set(crm.permissions))
    if unknown:
        raise InvalidInput(_("There is no permission %(name)s.", name=unknown[0]))

"""What users keep of lists: favourites (saved filters) and the columns they chose."""

from peewee import BooleanField, CharField, ForeignKeyField, JSONField

from core.store.fields import Record
from core.users.models import User


class Favourite(Record):
    """A saved state of a list; shared ones are seen by all, the default one opens the list for its owner."""

    user = ForeignKeyField(User)
    list_name = CharField()
    name = CharField()
    query = JSONField()
    is_shared = BooleanField(default=False)
    is_default = BooleanField(default=False)

    class Meta:
        table_name = "core_favourite"


class ListColumns(Record):
    """The columns that a user chose for a list, as paths in order."""

    user = ForeignKeyField(User)
    list_name = CharField()
    paths = JSONField()

    class Meta:
        table_name = "core_list_columns"

"""Column types of our own: moments in UTC, money, and the base class of every record."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from peewee import BigIntegerField, CharField, DatabaseProxy, Function, Model, fn

from core.money import from_units, to_units
from core.store.reading import asked_id, read_by_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# One application and one database per process: the proxy is given its database when the instance is opened.
database_proxy = DatabaseProxy()


def to_microseconds(moment: datetime) -> int:
    """Returns an aware moment as whole microseconds since 1970 in UTC: how the database keeps it."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """Returns the aware moment, in UTC, of a database integer."""
    return EPOCH + timedelta(microseconds=value)


class UtcField(BigIntegerField):
    """An aware datetime kept as microseconds since 1970 (exact, and eight bytes in an index on both databases)."""

    def db_value(self, value: datetime | int | None) -> int | None:
        """Returns the integer for the database; a naive datetime is a mistake and raises TypeError."""
        return to_microseconds(value) if isinstance(value, datetime) else value

    def python_value(self, value: int | None) -> datetime | None:
        """Returns the aware moment."""
        return None if value is None else from_microseconds(value)


class MoneyField(BigIntegerField):
    """A Decimal kept as an integer of 1/10,000 of the currency's unit."""

    def db_value(self, value: Decimal | int | None) -> int | None:
        """Returns the integer for the database."""
        return to_units(value) if isinstance(value, Decimal) else value

    def python_value(self, value: int | None) -> Decimal | None:
        """Returns the exact decimal."""
        return None if value is None else from_units(int(value))


class DecimalTextField(CharField):
    """A Decimal kept as its text: exact, for what is neither summed nor ordered by the database."""

    def db_value(self, value: Decimal | None) -> str | None:
        """Returns the shortest text of the number."""
        return None if value is None else format(Decimal(value).normalize(), "f")

    def python_value(self, value: str | None) -> Decimal | None:
        """Returns the number."""
        return None if value is None else Decimal(value)


def money_sum(column: Any) -> Function:
    """Returns the sum of a money column as an SQL function whose result is a Decimal, or None without any row."""
    return fn.SUM(column).converter(lambda units: None if units is None else from_units(int(units)))


class Record(Model):
    """The base of every model: bound to the instance's one database."""

    class Meta:
        database = database_proxy
        legacy_table_names = False

    @classmethod
    def get(cls, *query: Any, **filters: Any) -> Self:
        """Returns the one record that is asked for, as peewee's own does; raises DoesNotExist.

        One asked for by its id alone, as every link to it does, is read by a statement that is written once.
        """
        record_id = asked_id(cls, query, filters)
        if record_id is None:
            return super().get(*query, **filters)
        record = read_by_id(cls, record_id)
        if record is None:
            raise cls.DoesNotExist(f"There is no {cls.__name__} {record_id}.")
        return record

    def take_over(self, row: Self) -> Self:
        """Returns this record with the values of a fresh row of it; linked records that no longer fit are dropped."""
        self.__data__.update(row.__data__)
        for name, value in row.__data__.items():
            held = self.__rel__.get(name)
            if held is not None and held.get_id() != value:
                del self.__rel__[name]
        self._dirty.clear()
        return self

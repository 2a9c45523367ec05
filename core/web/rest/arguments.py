"""Reads the bodies of requests: JSON only, unknown keys refused, one clear sentence for each wrong value."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from core.errors import CRMError, InvalidInput
from core.i18n import _
from core.web.sentences import plain

# What JSON readers everywhere take without loss, and every database column of ours holds.
GREATEST = 2**53


class BadJson(CRMError):
    """A body that is no JSON."""

    status = 400
    code = "bad-json"


class Parser(FlaskParser):
    """Gives the values of a request to a view; raises InvalidInput with a sentence for each that is wrong."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "json": RAISE, "query": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Returns the body, or `missing` for none.

        Raises UnsupportedMediaType for a body of another type, BadJson for one that can't be read.
        """
        if not req.is_json and req.get_data():
            raise UnsupportedMediaType(_("Send JSON, with the header Content-Type: application/json."))
        try:
            data = super().load_json(req, schema)
        except RecursionError as error:
            raise BadJson(_("This JSON is nested too deeply.")) from error
        check_values(data)
        return data

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_rest: Any) -> NoReturn:
        """Raises InvalidInput for what a schema refuses."""
        raise invalid(error.messages)

    def _handle_invalid_json_error(self, error: Exception, req: Request, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise BadJson(_("The body is no valid JSON."))


def invalid(messages: Any) -> InvalidInput:
    """Returns the refusal for a schema's messages, whose first level is the place they came from (json, query)."""
    if isinstance(messages, Mapping) and len(messages) == 1 and next(iter(messages)) in ("json", "query", "form"):
        messages = next(iter(messages.values()))
    fields: dict[str, list[str]] = {}
    for path, sentence in _sentences(messages, ""):
        fields.setdefault(path or "_schema", []).append(sentence)
    first, (sentence, *_others) = next(iter(fields.items()))
    where = "" if first == "_schema" else f"{first}: "
    return InvalidInput(_("This can't be taken. %(reason)s", reason=where + sentence), fields=fields)


def check_values(data: Any, path: str = "") -> None:
    """Raises InvalidInput for numbers beyond all bounds and for characters that no database keeps."""
    if isinstance(data, dict):
        for name, value in data.items():
            check_values(name, path)
            check_values(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            check_values(value, f"{path}.{number}" if path else str(number))
    elif isinstance(data, str):
        if "\0" in data or any("\ud800" <= char <= "\udfff" for char in data):
            raise _refuse(path, _("Leave out characters that can't be written."))
    elif isinstance(data, float) and not math.isfinite(data):
        raise _refuse(path, _("This is no number."))
    elif isinstance(data, int | float) and abs(data) > GREATEST:
        raise _refuse(path, _("This number is too large."))


def _refuse(path: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, fields={path or "_schema": [sentence]})


def _sentences(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            inner = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            yield from _sentences(below, inner)
    elif isinstance(messages, list | tuple):
        for one in messages:
            yield from _sentences(one, path)
    else:
        yield path, plain(messages, is_for_program=True)

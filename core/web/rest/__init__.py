"""Plumbing of the REST API: what `core/<feature>/api.py` and a plugin's `api_v1.py` are written with.

A resource says what is listed and shown; its blueprint has one function for each path. Money is a decimal string,
moments are ISO with a zone, links are ids. Every answer about a failure has the one shape of `core.web.errors`.
"""

from core.web.rest.answers import answer, gone
from core.web.rest.blueprint import ID, RestBlueprint, rest_blueprint
from core.web.rest.etags import guard
from core.web.rest.lists import listed, listing, narrowing
from core.web.rest.resources import Live, Resource

__all__ = [
    "ID",
    "Live",
    "Resource",
    "RestBlueprint",
    "answer",
    "gone",
    "guard",
    "listed",
    "listing",
    "narrowing",
    "rest_blueprint",
]

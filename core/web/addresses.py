"""Addresses that name no record are the same in every request: each is made once, and a page has thirty of them."""

from typing import Any

from flask import current_app, has_request_context, request, url_for


def address(endpoint: str, **values: Any) -> str:
    """Returns what Flask's `url_for` returns; without values, or for a static file, it is remembered."""
    if not has_request_context() or endpoint.startswith(".") or values.keys() - {"filename"}:
        return url_for(endpoint, **values)
    known = current_app.extensions.setdefault("hinka_addresses", {})
    key = (request.script_root, endpoint, values.get("filename"))
    if key not in known:
        known[key] = url_for(endpoint, **values)
    return known[key]

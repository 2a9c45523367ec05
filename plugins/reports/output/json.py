"""A report as data, in the shape of the contract."""

import json

from plugins.reports.document import Document


def write_json(document: Document) -> bytes:
    """Returns one JSON document: report, params, rows, totals; money as decimal strings, shares as numbers."""
    return (json.dumps(document.data, ensure_ascii=False, indent=1, default=str) + "\n").encode()

"""The floor that REST lists are measured against: Flask, and 80 rows that are there already, written as JSON."""

from flask import Flask, Response, jsonify

ROW = {
    "id": 1, "kind": "company", "name": "Tomorri Auto sh.p.k.", "status": "active", "owner": 16, "source": 2,
    "tax_number": "L12805545D", "website": "https://www.tomorri-auto.example", "address": "Rruga Kryesore 65",
    "postal_code": "9401", "city": "Vlorë", "region": "Vlorë", "country": "AL", "next_contact_on": None,
    "next_need_on": None, "salutation": "", "language": "sq", "time_zone": "", "note": "", "version": 1,
    "phone": "+35533230662", "email": "info@tomorri-auto.example", "created_at": "2024-06-15T22:08:58.110795+00:00",
    "changed_at": "2024-06-15T22:08:58.110795+00:00", "properties": {"size": "Small", "employees": 9},
}  # fmt: skip
ROWS = [{**ROW, "id": number} for number in range(80)]


def create_app() -> Flask:
    """Returns the smallest application that answers with a list."""
    app = Flask(__name__)

    @app.get("/rows")
    def rows() -> Response:
        return jsonify(ROWS)

    @app.get("/healthz")
    def health() -> Response:
        return jsonify(status="ok")

    return app

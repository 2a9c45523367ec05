"""Headers of every answer: what a browser may load, keep and show, so that a mistake elsewhere can't be used."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Tabler's style sheet carries small pictures
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
YEAR_S = 365 * 24 * 3600


def add_headers(app: Flask, *, is_https: bool) -> None:
    """Makes every answer of `app` bear the headers of security and caching."""

    @app.after_request
    def headers(response: Response) -> Response:
        found = response.headers
        found.setdefault("Content-Security-Policy", POLICY)
        found.setdefault("X-Content-Type-Options", "nosniff")
        found.setdefault("X-Frame-Options", "DENY")
        found.setdefault("Referrer-Policy", "same-origin")
        found.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        found.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if is_https:
            found.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
        if _is_static():
            # The address of a file carries the version of what is inside, so it never needs to be asked for again.
            lasting = f"public, max-age={YEAR_S}, immutable"
            found["Cache-Control"] = lasting if "v" in request.args else "no-cache"
        else:
            found.setdefault("Cache-Control", "no-store")
        return response


def _is_static() -> bool:
    endpoint = request.endpoint or ""
    return endpoint == "static" or endpoint.endswith(".static")

"""Makes SVG and PDF in a process of its own; started by `output.paper`, it imports nothing of ours.

Reads one JSON document from standard input: {"charts": [Vega-Lite…], "html": str | null, "seconds": int, "memory": int}
and writes bytes: the PDF of the HTML, where `chart:0` as an image's address is the first chart; without HTML, the
first chart as SVG, or as PNG with "picture": "png". Nothing is fetched from anywhere. Ends with status 3 and one line
when something is not allowed.
"""

import json
import resource
import sys


def main() -> None:
    """Reads the order from standard input and writes what was asked for to standard output."""
    order = json.load(sys.stdin.buffer)
    # Address space can't be limited: the chart's engine reserves gigabytes of it and uses little.
    resource.setrlimit(resource.RLIMIT_DATA, (order["memory"], order["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if order.get("picture") == "png":
        sys.stdout.buffer.write(_png(order["charts"][0]))
        return
    drawings = [_svg(chart) for chart in order["charts"]]
    made = _pdf(order["html"], drawings) if order["html"] is not None else drawings[0]
    sys.stdout.buffer.write(made)


def _svg(chart: dict) -> bytes:
    import vl_convert  # loaded only in this process: 80 MB

    return vl_convert.vegalite_to_svg(chart, vl_version="6.4", allowed_base_urls=[]).encode()


def _png(chart: dict) -> bytes:
    import vl_convert

    return vl_convert.vegalite_to_png(chart, vl_version="6.4", scale=2, allowed_base_urls=[])


def _pdf(html: str, drawings: list[bytes]) -> bytes:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Drawings(URLFetcher):
        """Answers `chart:N` and nothing else."""

        def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
            scheme, _, number = url.partition(":")
            if scheme != "chart" or not number.isdigit():
                raise ValueError(f"Nothing is fetched from outside: {url}")
            return URLFetcherResponse(url, drawings[int(number)], {"Content-Type": "image/svg+xml"})

    return HTML(string=html, url_fetcher=Drawings()).write_pdf()


if __name__ == "__main__":
    main()

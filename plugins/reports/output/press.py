"""Makes pictures and PDF in a process of its own; started by `output.paper`, it imports nothing of ours.

`press.py SECONDS MEMORY svg|png` reads a JSON list of Vega-Lite charts from standard input and writes the first one,
`svgs` all of them as a JSON list of drawings, and `pdf FD` reads HTML and writes its PDF: there `chart:0` as an image's
address is the first of the drawings that come by that file descriptor. Nothing is fetched from anywhere.
"""

import ctypes.util
import gc
import json
import os
import resource
import sys
from functools import cache


def main(seconds: str, memory: str, wish: str, drawings: str = "") -> None:
    """Reads the order from standard input and writes what was asked for to standard output."""
    # Address space can't be limited: the chart's engine reserves gigabytes of it and uses little.
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing is freed before the end: looking for what could be takes a fifth of the time.
    gc.disable()
    sys.stdout.buffer.write(_pdf(int(drawings)) if wish == "pdf" else _drawn(wish))


def _drawn(wish: str) -> bytes:
    import vl_convert  # loaded only in this process: 80 MB

    common = {"vl_version": "6.4", "allowed_base_urls": []}
    charts = json.load(sys.stdin.buffer)
    if wish == "png":
        return vl_convert.vegalite_to_png(charts[0], scale=2, **common)
    drawings = [vl_convert.vegalite_to_svg(chart, **common) for chart in charts]
    return (json.dumps(drawings) if wish == "svgs" else drawings[0]).encode()


def _pdf(drawings: int) -> bytes:
    # For every name that a library may have somewhere, gcc and ldconfig would be asked, which takes half a second; on
    # Linux the printer also tries the one that the library has here.
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    @cache
    def drawn() -> list[str]:
        """Returns the drawings once they are finished: until they are asked for they are drawn beside the printer."""
        with os.fdopen(drawings, "rb") as pipe:
            return json.load(pipe)

    class Drawings(URLFetcher):
        """Answers `chart:N` and nothing else."""

        def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
            scheme, _, number = url.partition(":")
            if scheme != "chart" or not number.isdigit():
                raise ValueError(f"Nothing is fetched from outside: {url}")
            return URLFetcherResponse(url, drawn()[int(number)].encode(), {"Content-Type": "image/svg+xml"})

    made = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=Drawings()).write_pdf()
    # The printer leaves out an image that it does not get; a report without its charts must not pass for whole.
    drawn()
    return made


if __name__ == "__main__":
    main(*sys.argv[1:])

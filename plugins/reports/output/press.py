"""Makes pictures and PDF in a process of its own; started by `output.paper`, it imports nothing of ours.

`press.py SECONDS MEMORY svg|png|pdf` reads a JSON object from standard input: `charts`, a list of Vega-Lite charts, of
which a picture is the first, and for a PDF `report`, what `paper.typ` prints. Nothing is fetched from anywhere.
"""

import json
import resource
import sys
from pathlib import Path

PAPER = Path(__file__).with_name("paper.typ")


def main(seconds: str, memory: str, wish: str) -> None:
    """Reads the order from standard input and writes what was asked for to standard output."""
    # Address space can't be limited: the chart's engine reserves gigabytes of it and uses little.
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    order = json.load(sys.stdin.buffer)
    if wish == "pdf":
        made = _printed(order["report"] | {"drawings": [_drawn(chart, "svg").decode() for chart in order["charts"]]})
    else:
        made = _drawn(order["charts"][0], wish)
    sys.stdout.buffer.write(made)


def _printed(report: dict) -> bytes:
    import typst  # loaded only in this process, as is the other

    # What is typed by users comes as an input, which is data: only the file's own text is a program.
    return typst.compile(str(PAPER), sys_inputs={"report": json.dumps(report)})


def _drawn(chart: dict, wish: str) -> bytes:
    import vl_convert  # 80 MB

    common = {"vl_version": "6.4", "allowed_base_urls": []}
    if wish == "png":
        return vl_convert.vegalite_to_png(chart, scale=2, **common)
    return vl_convert.vegalite_to_svg(chart, **common).encode()


if __name__ == "__main__":
    main(*sys.argv[1:])

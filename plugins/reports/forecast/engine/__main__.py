"""The second process: reads one question from standard input, answers it on standard output, and ends.

Started by `forecast.child` in isolation (-I), so it finds our modules by its own place. Questions and answers are
pickles between parent and child of the same program. Each answer is ("told", done, of) or ("answer", value).
"""

import pickle
import resource
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Answers the question."""
    question = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    resource.setrlimit(resource.RLIMIT_CPU, (question["seconds"], question["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, str(Path(__file__).parents[4]))
    from plugins.reports.forecast.engine.answers import ANSWERS  # numpy: only in this process

    value = ANSWERS[question["verb"]](question["request"], lambda done, of: _say("told", done, of))
    _say("answer", value)


def _say(*answer: Any) -> None:
    pickle.dump(answer, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

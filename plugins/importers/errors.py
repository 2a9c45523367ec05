"""The refusals of an import: one sentence that names sheet, row and column and says what to do."""

from core.api import InvalidInput


class ImportRefused(InvalidInput):
    """The whole import can't be done; nothing of it was written."""

    code = "import-refused"


class CellRefused(ValueError):
    """One cell can't be understood; `sentence` (translated when it is shown) says why and what to write instead."""

    def __init__(self, sentence: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence

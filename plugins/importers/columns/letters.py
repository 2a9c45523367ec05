"""The letters of a spreadsheet's columns."""


def column_letters(place: int) -> str:
    """Returns the letters of a column as the spreadsheet shows them: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

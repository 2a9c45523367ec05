"""Which column of a file is which field: the header row, its titles in three languages, what was said last time."""

"""What can be imported: the kinds, their fields, and how the rows of each are written."""

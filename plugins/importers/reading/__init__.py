"""Files to rows of cells: what a file is (by content), its sheets, and the limits it must keep."""

"""One file per form in which a finished report leaves the house; all of them write the same cells."""

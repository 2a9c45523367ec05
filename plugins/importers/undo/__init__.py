"""A whole import taken back: what it made is deleted, what it changed is put back, what was edited since is kept."""

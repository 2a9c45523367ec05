"""Tasks that people have to do."""

"""Records that rows stand for or name: found in the base, made where that is allowed."""

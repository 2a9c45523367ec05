"""`hinka serve`: the supervisor and its processes: the web server, the worker, and trial boots."""

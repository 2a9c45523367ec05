"""`hinka serve`: the supervisor and what it runs: the web server and the worker."""

from core.serve.supervisor import serve, work

__all__ = ["serve", "work"]

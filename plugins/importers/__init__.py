"""Imports clients, deals and stage history from files; an import can be undone as a whole."""

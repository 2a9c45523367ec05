"""The kit for authors of plugins: a small plugin to begin with, and the checks that every plugin must pass."""

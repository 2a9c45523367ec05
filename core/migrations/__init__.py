"""The core's migrations, in order of their numbers."""

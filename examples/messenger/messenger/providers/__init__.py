"""The outside world of this plugin."""

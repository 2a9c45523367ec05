"""The tables of the plugin, step by step."""

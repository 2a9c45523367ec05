"""The general report: measures by dimensions over named facts, from menus, an address or the command line."""

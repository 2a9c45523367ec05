"""People: users, roles, teams, sign-in, tokens, and who may see what."""

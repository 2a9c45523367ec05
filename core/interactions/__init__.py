"""The timeline: interactions, comments and files on clients and deals."""

"""What a database says when it refuses, as one sentence with a remedy; knows the words of PostgreSQL and of SQLite."""

import re

# Each is looked for in what the database says; its groups fill the sentence.
_KNOWN = (
    (
        r'database "(.+?)" does not exist',
        "There is no database “{0}”: make it by “sudo -u postgres createdb --owner hinka {0}”.",
    ),
    (r'role "(.+?)" does not exist', "PostgreSQL knows no user “{0}”: make it by “sudo -u postgres createuser {0}”."),
    (
        r'Peer authentication failed for user "(.+?)"',
        "PostgreSQL lets in as “{0}” only the user of the machine that is called so: run this by “sudo -u {0} …”, or "
        "give the database's address with a host and a password.",
    ),
    (
        r'password authentication failed for user "(.+?)"|no password supplied',
        "PostgreSQL did not take the password: correct it in the database's address, as "
        "postgresql://USER:PASSWORD@HOST/NAME.",
    ),
    (r"failed to resolve host '(.+?)'", "There is no machine “{0}”: correct the host in the database's address."),
    (
        r"connection to server (?:at|on socket) (.+?) failed: (?:Connection refused|No such file)",
        "PostgreSQL does not answer at {0}: start it by “systemctl start postgresql”, or correct host and port in the "
        "database's address.",
    ),
    (
        r"permission denied for (.+)",
        "PostgreSQL lets nothing be made in {0}: make the user the owner, by “sudo -u postgres psql -c 'ALTER DATABASE "
        "NAME OWNER TO USER'”.",
    ),
    (
        r"unable to open database file|attempt to write a readonly database",
        "The file of the database can't be opened: its folder must be there, and both must belong to the user who runs "
        "Hinka.",
    ),
    (r"database or disk is full", "The disk is full: make room, then do this again."),
    (r"database is locked", "Another program holds the file of the database: end it, then do this again."),
    (r"file is not a database|malformed", "The file of the database is damaged: restore a backup by “hinka restore”."),
)


def refusal(error: Exception) -> str:
    """Returns what went wrong and what to do; what the database said itself where no remedy is known."""
    said = " ".join(str(error).split())
    for pattern, sentence in _KNOWN:
        if found := re.search(pattern, said):
            return sentence.format(*(part or "" for part in found.groups()))
    return f"The database refused: {said.rstrip('.')}. Is it running, and may this instance use it?"

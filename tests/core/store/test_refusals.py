"""What databases say becomes a sentence with a remedy."""

import pytest
from peewee import OperationalError

from core.store.refusals import refusal

SAID = {
    'connection failed: connection to server on socket "/run/.s" failed: FATAL:  database "mira" does not exist': (
        "no database “mira”",
        "createdb --owner hinka mira",
    ),
    'connection failed: FATAL:  role "mira" does not exist': ("no user “mira”", "createuser mira"),
    'connection failed: FATAL:  Peer authentication failed for user "hinka"': ("sudo -u hinka", "password"),
    'connection failed: FATAL:  password authentication failed for user "hinka"': ("password", "USER:PASSWORD@HOST"),
    "connection failed: fe_sendauth: no password supplied": ("password", "USER:PASSWORD@HOST"),
    "failed to resolve host 'db.example': [Errno -2] Name or service not known": ("no machine “db.example”", "host"),
    'connection failed: connection to server at "127.0.0.1", port 5999 failed: Connection refused\n\tIs it': (
        'at "127.0.0.1", port 5999',
        "systemctl start postgresql",
    ),
    'connection failed: connection to server on socket "/run/.s" failed: No such file or directory': (
        "/run/.s",
        "start",
    ),
    "permission denied for schema public\nLINE 1": ("schema public", "OWNER TO"),
    "unable to open database file": ("can't be opened", "belong"),
    "attempt to write a readonly database": ("can't be opened", "belong"),
    "database or disk is full": ("disk is full", "make room"),
    "database is locked": ("Another program", "end it"),
    "database disk image is malformed": ("damaged", "hinka restore"),
    "something else.": ("something else.", "may this instance use it?"),
}


@pytest.mark.parametrize("said", SAID)
def test_what_the_database_says_comes_with_a_remedy(said):
    sentence = refusal(OperationalError(said))
    assert "\n" not in sentence
    for words in SAID[said]:
        assert words in sentence

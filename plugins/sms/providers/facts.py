"""What the outside world is told of a gateway, however it is kept."""

from typing import Protocol


class Gateway(Protocol):
    """Where a gateway is, who we are there, and how much it takes.

    `secret` is sealed, `authority` a certificate in PEM or empty, `token` stands in callbacks.
    """

    id: int
    name: str
    kind: str
    address: str
    login: str
    secret: str
    authority: str
    sender: str
    per_second: int
    token: str

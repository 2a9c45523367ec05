"""What the outside world is told of a gateway, however it is kept."""

from typing import Protocol


class Gateway(Protocol):
    """Where a gateway is, who we are there, and how much it takes; `secret` is sealed, `token` stands in callbacks."""

    id: int
    name: str
    kind: str
    address: str
    login: str
    secret: str
    sender: str
    per_second: int
    token: str

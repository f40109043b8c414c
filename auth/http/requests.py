"""What routes read from a request besides its parameters."""

from fastapi import Request


def network_address(request: Request) -> str | None:
    """Return whom the request came from: the client's address, as the trusted proxies tell it."""
    return request.client.host if request.client is not None else None

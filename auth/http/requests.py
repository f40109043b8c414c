"""What routes read from a request besides its parameters."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from persistence.base import utc_now


def network_address(request: Request) -> str | None:
    """Return whom the request came from: the client's address, as the trusted proxies tell it."""
    return request.client.host if request.client is not None else None


async def arrived_at() -> datetime:
    """Return when the request was there. Ask for it first: what comes after may wait for the database."""
    return utc_now()


ArrivedAt = Annotated[datetime, Depends(arrived_at)]

"""All providers of this school."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from auth.errors import NotFound
from auth.sign_on.providers import Provider

if TYPE_CHECKING:
    import httpx2

    from auth.sign_on.desk import ProviderDesk


class SignOn:
    """The desks of the providers, by the providers' ids."""

    def __init__(
        self,
        providers: Sequence[Provider] = (),
        *,
        public_url: str = "",
        transport: "httpx2.AsyncBaseTransport | None" = None,
    ) -> None:
        self._desks = _desks(providers, public_url, transport) if providers else {}

    @property
    def providers(self) -> Sequence[Provider]:
        """Return the providers, in the order of the settings."""
        return [desk.provider for desk in self._desks.values()]

    def desk(self, provider_id: str) -> "ProviderDesk":
        """Return the desk of a provider.

        Raises:
            NotFound: there is no such provider.
        """
        if provider_id not in self._desks:
            raise NotFound
        return self._desks[provider_id]

    def of_issuer(self, issuer: str) -> Provider | None:
        """Return the provider with an issuer, if the school still has it."""
        return next((each for each in self.providers if each.issuer == issuer), None)

    async def sign_out_address(self, provider_id: str | None, *, back: str) -> str | None:
        """Return where a browser is signed out at a provider, if there is such a place; `back`: where that leads to."""
        desk = self._desks.get(provider_id or "")
        return None if desk is None else await desk.sign_out_address(back=back)

    async def close(self) -> None:
        """Close all connections."""
        for desk in self._desks.values():
            await desk.close()


def _desks(
    providers: Sequence[Provider], public_url: str, transport: "httpx2.AsyncBaseTransport | None"
) -> "Mapping[str, ProviderDesk]":
    # Its libraries take 5 MB, which a school without providers does not need.
    from auth.sign_on.desk import ProviderDesk  # noqa: PLC0415

    # An address of its own for each: an answer that comes to another one is not from who was asked (RFC 9700, section 4.4).
    return {
        each.id: ProviderDesk(each, redirect_uri=f"{public_url}/sign-on/{each.id}", transport=transport)
        for each in providers
    }

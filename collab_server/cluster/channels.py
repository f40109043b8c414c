"""The channels of one cluster, and the messages on them: one channel for each open document, and one for all nodes."""

from hashlib import blake2b
from uuid import UUID

from collab_server.cluster.bus import Bus
from collab_server.cluster.envelope import Kind, Letter, Sealer, new_node
from collab_server.cluster.ports import Place
from collab_server.metrics import Metrics


class Channels:
    """Seals what goes out, and opens what comes in, on a bus."""

    def __init__(self, bus: Bus, place: Place, *, secret_key: str, metrics: Metrics) -> None:
        self._bus = bus
        self._place = place
        self._secret_key = secret_key
        self._metrics = metrics
        self.begin_anew()

    def begin_anew(self) -> None:
        """Speak from now on, as another node, on the channels of the cluster that our place is in now."""
        cluster = self._place.cluster
        self._sealer = Sealer(self._secret_key, cluster=cluster, node=new_node(), now=self._place.now)
        self._prefix = f"lectern:{blake2b(cluster, digest_size=8).hexdigest()}:".encode()
        self.everyone = self._prefix + b"nodes"

    def of(self, document_id: UUID) -> bytes:
        """Return a document's channel."""
        return self._prefix + str(document_id).encode()

    def document(self, channel: bytes) -> UUID | None:
        """Return whose channel it is; None: everyone's."""
        if channel == self.everyone:
            return None
        return UUID(channel.removeprefix(self._prefix).decode())

    def say(self, channel: bytes, kind: Kind, body: bytes = b"") -> None:
        """Say something on a channel."""
        self._metrics.bus_sent.inc()
        self._bus.publish(channel, self._sealer.seal(channel, kind, body))

    def open(self, channel: bytes, message: bytes) -> Letter | None:
        """Read a message; None where it is our own. Raises envelope.Refused."""
        return self._sealer.open(channel, message)

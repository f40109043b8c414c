"""What the process measures of itself, in the names of Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from collab_server.tallies import Spread, Tally

_LATENCIES_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """One process's figures; no labels hold names, content or tokens."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        hot = _HotFigures()
        self.sockets = Gauge("lectern_sockets", "Open WebSockets", registry=self._registry)
        self.sessions = Gauge("lectern_sessions", "Sessions that take part in a document", registry=self._registry)
        self.rooms = Gauge("lectern_rooms", "Documents held in memory", registry=self._registry)
        self.updates = hot.tally("lectern_updates", "Updates committed to the log")
        self.deliveries = hot.tally("lectern_deliveries", "Updates handed to readers")
        self.sent_bytes = hot.tally("lectern_sent_bytes", "Bytes of updates and presence sent")
        self.committed_bytes = hot.tally("lectern_committed_bytes", "Bytes of updates committed to the log")
        self.refusals = Counter(
            "lectern_refusals", "Sessions and sockets ended by the server", ["code", "reason"],
            registry=self._registry,
        )  # fmt: skip
        self.forged_presence = Counter("lectern_forged_presence", "Presence states refused", registry=self._registry)
        self.quarantined = Counter(
            "lectern_quarantined_updates",
            "Committed updates that the CRDT library could not apply",
            registry=self._registry,
        )
        self.unreadable_snapshots = Counter(
            "lectern_unreadable_snapshots",
            "Snapshots that an older one, or the log, had to stand in for",
            registry=self._registry,
        )
        self.history_rows_removed = Counter(
            "lectern_history_rows_removed",
            "Rows of the log removed because their time was over",
            registry=self._registry,
        )
        self.worker_failures = Counter(
            "lectern_worker_failures", "Long jobs that their process died of or gave up", registry=self._registry
        )
        self.resyncs = Counter(
            "lectern_resyncs", "Slow readers brought up to date with one update", registry=self._registry
        )
        self.commit_failures = Counter(
            "lectern_commit_failures", "Commits to the log that failed", registry=self._registry
        )
        self.commit_seconds = hot.spread("lectern_commit_seconds", "Time of one commit to the log")
        self.acknowledgement_seconds = hot.spread(
            "lectern_acknowledgement_seconds",
            "From an update's arrival to the word that it is saved: the longest of each room's batch",
        )
        self._registry.register(hot)
        self.loop_lag_seconds = Histogram(
            "lectern_loop_lag_seconds",
            "How late the event loop came to a timer, twice a second while sockets are open",
            buckets=_LATENCIES_SECONDS,
            registry=self._registry,
        )
        self.inbox = Gauge("lectern_inbox_updates", "Accepted updates that wait for the log", registry=self._registry)
        self.outbox = Gauge("lectern_outbox_bytes", "Bytes that wait for slow peers", registry=self._registry)
        self.nodes = Gauge("lectern_other_nodes", "Other nodes that are heard", registry=self._registry)
        self.bus_silent = Gauge("lectern_bus_silent", "1 while Redis is away", registry=self._registry)
        self.bus_sent = Counter("lectern_bus_sent", "Messages to other nodes", registry=self._registry)
        self.bus_received = Counter("lectern_bus_received", "Messages of other nodes", registry=self._registry)
        self.bus_refused = Counter(
            "lectern_bus_refused", "Messages on our channels that were not applied", ["reason"], registry=self._registry
        )
        self.congested = Gauge("lectern_congested_sockets", "Peers that read too slowly", registry=self._registry)

    def exposition(self) -> bytes:
        """Return the text that Prometheus scrapes."""
        return generate_latest(self._registry)


class _HotFigures(Collector):
    """Tallies and spreads, told when Prometheus asks."""

    def __init__(self) -> None:
        self._tallies: list[tuple[str, str, Tally]] = []
        self._spreads: list[tuple[str, str, Spread]] = []

    def tally(self, name: str, documentation: str) -> Tally:
        tally = Tally()
        self._tallies.append((name, documentation, tally))
        return tally

    def spread(self, name: str, documentation: str) -> Spread:
        spread = Spread(_LATENCIES_SECONDS)
        self._spreads.append((name, documentation, spread))
        return spread

    def collect(self) -> Iterator[Metric]:
        for name, documentation, tally in self._tallies:
            yield CounterMetricFamily(name, documentation, value=tally.value)
        for name, documentation, spread in self._spreads:
            bounds = [*map(floatToGoString, spread.bounds), "+Inf"]
            buckets = list(zip(bounds, spread.at_most(), strict=True))
            yield HistogramMetricFamily(name, documentation, buckets=buckets, sum_value=spread.total)

"""What things cost. Each figure says where it comes from: measured (docs/performance.md and docs/scaling.md), or assumed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Seconds of CPU of one core, and bytes. Times are of the two-core machine of docs/performance.md on its slow day."""

    # Fitted to four measured cases: groups (279 µs per update with 4 deliveries), lecture, workshop, votes.
    update: float = 200e-6
    """Taking one update in: parsing, walking, checking, handing to the log, acknowledging."""
    delivery: float = 1.15e-6
    """Putting one update before one more person."""
    write: float = 18.6e-6
    """One write to one socket; in busy rooms several deliveries share one."""
    write_window: float = 0.035
    """A socket is written to no more often than once in this many seconds when much happens."""

    remote_update: float = 100e-6
    """Assumed, not measured: hearing an update of another node, checking its seal, and applying it; no parsing of a socket, no commit."""
    publish: float = 25e-6
    """Assumed: sealing an update and sending it to Redis, in the node."""

    row: float = 50e-6
    """PostgreSQL, per row of the log; fitted to the database's share of the same cases."""
    commit: float = 250e-6
    """PostgreSQL, per transaction."""
    row_bytes: float = 258.0
    """On disk with its index, for updates of 100 bytes; measured."""
    wal_bytes: float = 502.0
    """In the write-ahead log, per row in batches of 10 rows of 10 documents; measured."""

    flush: float = 0.8e-3
    """How long a commit takes that waits for the disk, on its own; measured for 200 rows."""
    hop: float = 0.2e-3
    """Assumed: from node to node by way of Redis, when nobody waits."""

    redis_publish: float = 6.0e-6
    """Redis, per message that is published, ten at a time; measured."""
    redis_receive: float = 1.5e-6
    """Redis, per message and subscriber; measured with 2 (2.1 µs) and 8 (1.3 µs)."""

    process_bytes: float = 130e6
    socket_bytes: float = 7.1e3
    room_bytes: float = 0.9e3
    """Of an empty one; measured."""
    document_bytes: float = 400e3
    """Assumed: what a lesson's board takes in memory."""
    join: float = 3e-3
    """One person opens a large board (1.9 MB); measured."""
    usual_board: float = 0.2
    """Assumed: a lesson's board is so large in comparison."""
    bell: float = 60.0
    """Assumed: seconds in which everybody comes when a lesson begins."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Assumed list prices of a large cloud, in US dollars; a school's own machines cost a fraction."""

    node_core_hour: float = 0.045
    """1 core with 2 GiB."""
    redis_core_hour: float = 0.10
    database_core_hour: float = 0.20
    """With 8 GiB of memory, and the same again for a standby that commits wait for."""
    storage_gb_month: float = 0.23
    """SSD, twice: on the database and its standby."""
    egress_gb: float = 0.05
    hours_open: float = 200.0
    """Of a month, in which classes are held; nodes and Redis follow the number of people."""
    hours_month: float = 730.0


@dataclass(frozen=True, slots=True)
class Mode:
    """What a class does at a moment. writers: of its students; rate: updates a second of each writer."""

    name: str
    share: float
    writers: float
    rate: float
    private: bool = False
    """Each student writes their own page, which only the teacher watches beside them."""
    cursors: float = 0.0
    """Moves of pointers a second, of each writer; presence is not committed, and gathered for 50 ms."""


LESSON = (
    Mode("listening", 0.35, 0.04, 8.0, cursors=4.0),
    Mode("drawing together", 0.15, 0.25, 4.0, cursors=4.0),
    Mode("own pages", 0.25, 0.60, 0.7, private=True),
    Mode("voting", 0.05, 1.00, 0.05),
    Mode("quiet", 0.20, 0.00, 0.0),
)
"""Assumed: how a class's time is spent. The shares come to 1."""

PRESENCE_WINDOW = 0.05
UPDATE_BYTES = 100.0
FRAME_BYTES = 40.0
"""Headers of frames, TCP and IP, shared by what one write carries."""

"""The servers under test, each started and ended by us on a loopback port of its own."""

from collections.abc import Sequence

from benchmarks.servers.base import Server
from benchmarks.servers.engine import Lectern, LecternHocuspocus
from benchmarks.servers.nodes import LecternThreeNodes, LecternTwoNodes
from benchmarks.servers.peers import Broadcaster, Hocuspocus, PycrdtWebsocket, YWebsocketServer

SERVERS: Sequence[type[Server]] = (
    Lectern,
    LecternHocuspocus,
    Hocuspocus,
    YWebsocketServer,
    PycrdtWebsocket,
    Broadcaster,
    LecternTwoNodes,
    LecternThreeNodes,
)

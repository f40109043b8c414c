"""The address of a database as people write it: of one server, or of several that follow each other. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

SCHEMES = ("postgresql", "postgres")
WRITABLE = ("read-write", "primary")
"""What `target_session_attrs` may say; whatever it says, a server is used only if it can be written to."""

_PORT = re.compile(r"[0-9]{1,5}")
_SERVER = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*)(:(?P<port>[0-9]+))?")


def servers_of(url: str) -> Sequence[str]:
    """Return an address of its own for each server that an address names, in the order given.

    As libpq has them: ``postgresql://user@one:5432,two/lectern``, or ``?host=one,two&port=5432,5433``; a host may be a folder with a socket.

    Raises:
        ValueError: it is not the address of a PostgreSQL that can be written to; the message does not show it.
    """
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True))
    except ValueError:
        raise ValueError("is not an address that can be read") from None
    if parts.scheme not in SCHEMES or not url.isprintable():
        raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in SCHEMES)}")
    if query.get("target_session_attrs", WRITABLE[0]) not in WRITABLE:
        raise ValueError("must lead to servers that are written to: target_session_attrs=read-write")
    who, at, named = parts.netloc.rpartition("@")
    servers = _in_query(query) if not named and "host" in query else _in_netloc(named)
    rest = {name: value for name, value in query.items() if name not in ("host", "port")}
    return [f"{parts.scheme}://{who}{at}{_one(host, port, parts.path, rest)}" for host, port in servers]


def _in_netloc(named: str) -> Sequence[tuple[str, str]]:
    servers = []
    several = "," in named
    for each in named.split(","):
        found = _SERVER.fullmatch(each)
        if found is None or (several and not found["host"]):
            raise ValueError("must name its servers as one:5432,two:5432")
        servers.append((unquote(found["host"]), _checked(found["port"] or "")))
    return servers


def _in_query(query: dict[str, str]) -> Sequence[tuple[str, str]]:
    hosts = query["host"].split(",")
    ports = query.get("port", "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts) or (len(hosts) > 1 and not all(hosts)):
        raise ValueError("must name a port for each host, or one for all of them")
    return [(host, _checked(port)) for host, port in zip(hosts, ports, strict=True)]


def _checked(port: str) -> str:
    if port and not (_PORT.fullmatch(port) and 0 < int(port) < 65536):
        raise ValueError("must have ports from 1 to 65535")
    return port


def _one(host: str, port: str, path: str, query: dict[str, str]) -> str:
    if host.startswith("/"):
        # A folder is no host: what says where a socket file is stands behind.
        query = {**query, "host": host, **({"port": port} if port else {})}
        host = port = ""
    words = urlencode(query, quote_via=quote, safe="/")
    return host + (f":{port}" if port else "") + path + (f"?{words}" if words else "")

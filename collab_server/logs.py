"""Logging for the whole process: one line per event on stderr, and never a token in it."""

import logging
import logging.config
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# A JWT wherever it stands, and whatever follows `token=` or `bearer.` in an address or a sub-protocol.
SECRETS = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=token=)[^&\s\"']+|(?<=bearer\.)[^,\s\"']+", re.IGNORECASE)
REMOVED = "[removed]"


def remove_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take tokens out of every text of a log event; the last line of defence, for what libraries log of their own."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = SECRETS.sub(REMOVED, value)
    return event


def configure_logging(*, as_json: bool) -> None:
    """Send structlog's and the standard library's events to stderr: JSON for machines, else text for people."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        remove_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                # At INFO uvicorn writes each WebSocket's address, and a stock client's token is part of it.
                "uvicorn": {"level": "WARNING"},
                "uvicorn.access": {"level": "CRITICAL"},
                "websockets": {"level": "WARNING"},
                "alembic": {"level": "WARNING"},
            },
        }
    )

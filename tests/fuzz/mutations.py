"""Bytes that are almost right: real updates and frames, changed as a broken or hostile peer might."""

import random
from collections.abc import Iterator, Sequence

from collab_server.protocol.codec import uint

TELLING = (0, 1, 2, 3, 5, 8, 10, 31, 32, 64, 116, 117, 118, 119, 122, 125, 127, 128, 129, 192, 255)
"""Bytes that mean something somewhere in the format."""
NUMBERS = (0, 1, 127, 128, 2**14, 2**21, 2**28, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**63)


def mutated(samples: Sequence[bytes], *, seed: int) -> Iterator[bytes]:
    """Yield changed samples without end, the same for the same seed."""
    chosen = random.Random(seed)
    while True:
        data = bytearray(chosen.choice(samples))
        for _ in range(chosen.choice((1, 1, 1, 2, 3, 8))):
            _change(data, samples, chosen)
        yield bytes(data)


def _change(data: bytearray, samples: Sequence[bytes], chosen: random.Random) -> None:
    at = chosen.randint(0, len(data))
    match chosen.randrange(9):
        case 0 if at < len(data):
            data[at] ^= 1 << chosen.randrange(8)
        case 1 if at < len(data):
            data[at] = chosen.choice(TELLING)
        case 2:
            data[at:at] = bytes((chosen.choice(TELLING),))
        case 3:
            del data[at : at + chosen.choice((1, 1, 2, 7))]
        case 4:
            data[at : at + 1] = uint(chosen.choice(NUMBERS))
        case 5:
            other = chosen.choice(samples)
            start = chosen.randint(0, len(other))
            data[at:at] = other[start : start + chosen.choice((1, 4, 16, 64))]
        case 6:
            data[at:at] = data[at : at + chosen.choice((1, 2, 8))] * chosen.choice((1, 2, 50))
        case 7:
            del data[at:]
        case _:
            data += chosen.randbytes(chosen.choice((1, 2, 8)))

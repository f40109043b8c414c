"""Points and percentages in bodies: exact decimals where they come in, plain numbers where they are shown."""

from decimal import Decimal
from typing import Annotated, overload

from pydantic import Field, PlainSerializer, WithJsonSchema

_POINTS = WithJsonSchema({"type": "number", "minimum": 0, "maximum": 999999.99})
_WEIGHT = WithJsonSchema({"type": "number", "minimum": 0, "maximum": 999999.999})


def _number(value: Decimal) -> float:
    return float(value)


Points = Annotated[
    Decimal,
    Field(ge=0, max_digits=8, decimal_places=2, allow_inf_nan=False),
    PlainSerializer(_number, return_type=float),
    _POINTS,
]
"""Points, with at most two decimals."""
Weight = Annotated[
    Decimal,
    Field(ge=0, max_digits=9, decimal_places=3, allow_inf_nan=False),
    PlainSerializer(_number, return_type=float),
    _WEIGHT,
]
Percent = Annotated[
    Decimal,
    Field(ge=0, le=100, max_digits=5, decimal_places=2, allow_inf_nan=False),
    PlainSerializer(_number, return_type=float),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]

# A page shows thousands of them: nothing has to be checked again.
ShownPoints = Annotated[float, _POINTS]
ShownWeight = Annotated[float, _WEIGHT]
ShownPercent = Annotated[float, WithJsonSchema({"type": "number", "minimum": 0})]


@overload
def shown(number: Decimal) -> float: ...
@overload
def shown(number: Decimal | None) -> float | None: ...
def shown(number: Decimal | None) -> float | None:
    """Return a number as it is shown."""
    return None if number is None else float(number)

"""Rows: series of polynomials."""

from __future__ import annotations

from functools import partial

from tapegrad.numpy import polynomial
from tests.rules.row import Row, real, row, unreal
from tests.untyped import plain

HOMES: dict[str, str] = {
    "polyval": "polynomial",
    "chebval": "chebyshev",
    "legval": "legendre",
    "hermval": "hermite",
    "hermeval": "hermite_e",
    "lagval": "laguerre",
}
TABLE = real(4, 2)


def of(name: str) -> list[Row]:
    """The rows of one kind."""
    f = getattr(polynomial, name)
    numpys = getattr(getattr(plain.polynomial, HOMES[name]), name)
    return [
        Row(f"{name}, series", f, (real(3), real(5))),
        Row(f"{name}, series of each column", f, (real(3), real(4, 2))),
        Row(f"{name}, series, tensor=False", partial(f, tensor=False), (real(2), real(4, 2))),
        Row(f"{name}, series of a constant", f, (real(2), real(1))),
        Row(f"{name}, series at a number", f, (0.3, real(4)), single=False),
        Row(f"{name}, series, complex", f, (unreal(2), unreal(3))),
        row(f"{name}, NumPy's own, in x", lambda x: numpys(x, TABLE), real(3), single=False),
    ]


ROWS: list[Row] = [one for name in HOMES for one in of(name)]

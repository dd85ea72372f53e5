"""Powers by whole numbers as products: NumPy takes 100 ns for the third power of a negative number, and 1 for these."""

from __future__ import annotations

from collections.abc import Sequence

from tapegrad._program.constants import Literal
from tapegrad._program.passes.rewriting import Rewriting, renamed
from tapegrad._program.program import Atom, Equation

MOST = 16
"""Each product rounds, and squares double what was rounded: x ** n is accurate to n / 2 units in the last place."""


def is_product(eq: Equation) -> bool:
    """Whether an equation is a power by a small whole number, other than those that NumPy computes quickly."""
    n = eq.parameters[0].value if eq.primitive.name == "power" else 0
    return 2 <= abs(n) <= MOST and n == int(n)


def as_product(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
    """The product of the powers by 1, 2, 4, 8 and 16 that such a power of a float consists of, or 1 over that."""
    (power,), out = eq.inputs, work.spec(eq.outputs[0])
    if out.dtype.char not in "fd" or not work.alike(power, eq.outputs[0]) or work.is_weak(power):
        return eq
    n = int(eq.parameters[0].value)
    product, left = None, abs(n)
    while left:
        if left % 2:
            product = power if product is None else work.call("multiply", product, power, spec=out)
        left //= 2
        if left:
            power = work.call("square", power, spec=out)
    assert product is not None  # as n is not 0
    return [product] if n > 0 else renamed(eq, "divide", Literal(1.0), product)

"""Sums of products over a block's entries, added up without an array for the products."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from math import prod
from typing import Any

import attrs
import numpy as np

from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.groups import Group
from tapegrad._program.source.reducing import SHORT
from tapegrad._rules.einsum import LETTERS

vecdot: Callable[..., Any] = np.vecdot


@attrs.frozen
class Dot:
    """A sum of the products of two operands, or of minus those."""

    operands: tuple[Atom, ...]
    damped: bool
    negative: bool
    subscripts: str
    of_columns: bool
    """Whether it is over the first of several axes alone, of two arrays that both have all of them."""
    replaced: tuple[Var, ...]
    """What need not be computed for itself."""


def dots(program: Program, group: Group, late: Collection[Var]) -> Mapping[Var, Dot]:
    """The sums, over entries or within each, that are such, of products that nothing else reads, plain or `late` ones.

    Sums over a long last axis are not: there NumPy adds up pairs of pairs, which is more accurate than term by term.
    """
    kept = {*group.results}
    makers = {eq.outputs[0]: eq for eq in group.equations if eq.outputs[0] not in kept}
    uses = group.uses()
    found: dict[Var, Dot] = {}

    def only(atom: Atom, *names: str) -> Equation | None:
        eq = makers.get(atom) if isinstance(atom, Var) and uses[atom] == 1 else None
        return eq if eq is not None and eq.primitive.name in names else None

    for total in (*group.totals, *(eq for eq in group.equations if eq.primitive.name == "sum")):
        (term,), (axes, keepdims) = total.inputs, (literal.value for literal in total.parameters)
        if not isinstance(term, Var):
            continue
        spec, negative = program.spec(term), only(term, "negative")
        product = only(term if negative is None else negative.inputs[0], "multiply", "damp", "square")
        if product is None or (product.primitive.name == "damp" and product.outputs[0] not in late):
            continue
        short = group.depth - 1 not in axes and prod(n for axis, n in enumerate(spec.shape) if axis in axes) <= SHORT
        if keepdims or spec.dtype.char not in "fd" or (spec.ndim - 1 in axes and not short):
            continue
        factors = product.inputs * 2 if product.primitive.name == "square" else product.inputs
        if any(not (x := program.spec(atom)).shape or x.dtype != spec.dtype for atom in factors):
            continue
        letters = LETTERS[: spec.ndim]
        outer = group.depth - 1
        names = [letters[max(outer, spec.ndim - program.spec(atom).ndim) :] for atom in factors]
        out = "".join(letters[axis] for axis in range(outer, spec.ndim) if axis not in axes)
        replaced = tuple(eq.outputs[0] for eq in (negative, product) if eq is not None)
        damped = product.primitive.name == "damp"
        whole = all(program.spec(atom).shape == spec.shape for atom in factors)
        of_columns = whole and out == letters[group.depth :] != ""
        subscripts = f"{','.join(names)}->{out}"
        found[total.outputs[0]] = Dot(factors, damped, negative is not None, subscripts, of_columns, replaced)
    return found


def dot(product: Callable[[Any, Any], Any], subscripts: str, x: Any, y: Any) -> Any:
    """The sum of products, plain or damped."""
    if product is np.multiply:
        return np.einsum(subscripts, x, y)
    operands, out = subscripts.split("->")
    return np.einsum(f"{max(operands.split(','), key=len)}->{out}", product(x, y))


def dot_of_columns(product: Callable[[Any, Any], Any], x: Any, y: Any) -> Any:
    """The same over the first axis, along which the arrays lie closest in memory."""
    return vecdot(x, y, axis=0) if product is np.multiply else np.add.reduce(product(x, y), 0)

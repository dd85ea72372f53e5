"""Contractions as products of matrices: the axes of each array are grouped into rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import attrs


@attrs.frozen
class Matricization:
    """How an array becomes a matrix, a vector, or a stack of matrices."""

    order: tuple[int, ...] | None
    """Of its axes, before they are grouped, which then takes a copy; None where it is right."""
    shape: tuple[int, ...] | None
    """With the axes in groups; None where each group is one axis."""
    turned: bool
    """Whether rows and columns are exchanged, which BLAS does as it reads them."""
    copied: int
    """So many elements are copied."""

    def __call__(self, x: Any) -> Any:
        if self.order is not None:
            x = x.transpose(self.order)
        if self.shape is not None:
            x = x.reshape(self.shape)
        return x.mT if self.turned else x


@attrs.frozen
class Plan:
    """A contraction of x and y as one product."""

    x: Matricization
    y: Matricization
    swapped: bool
    """Whether y is the first factor."""
    stacked: bool
    """Whether there are stacks of matrices: their product takes longer to begin."""
    shape: tuple[int, ...] | None
    """Of the product, with an axis for each of those that were grouped; None where it has it."""
    order: tuple[int, ...] | None
    """From these axes to the output's; None where it is right."""

    def __call__(self, x: Any, y: Any) -> Any:
        x, y = self.x(x), self.y(y)
        if self.swapped:
            x, y = y, x
        out = x @ y if self.stacked else x.dot(y)
        if self.shape is not None:
            out = out.reshape(self.shape)
        return out if self.order is None else out.transpose(self.order)


def parts(subscripts: str) -> tuple[str, str, str]:
    """The names of the axes of x, of y and of the output."""
    arrays, out = subscripts.split("->")
    x, y = arrays.split(",")
    return x, y, out


@lru_cache(maxsize=4096)
def planned(subscripts: str, x_shape: tuple[int, ...], y_shape: tuple[int, ...]) -> Plan | None:
    """The Plan that copies least; None where nothing is summed over, or there is no matrix: NumPy's einsum is best."""
    x, y, out = parts(subscripts)
    inner, alone = {*x} - {*out}, {*x} ^ {*y}
    if not inner or not (alone or inner == {*x}):
        return None
    lengths = dict(zip(x + y, x_shape + y_shape, strict=True))
    size = prod(map(lengths.__getitem__, out))
    return min(_plans(x, y, out, lengths), key=lambda plan: plan.x.copied + plan.y.copied + size * bool(plan.order))


def _plans(x: str, y: str, out: str, lengths: Mapping[str, int]) -> Iterator[Plan]:
    """With either factor first, and the axes of each group in every order that they have in one of the arrays."""
    for swapped in (False, True):
        first, second = (y, x) if swapped else (x, y)
        stacks = _orders({*x} & {*y} & {*out}, x, y, out)
        inners = _orders({*x} - {*out}, x, y)
        lefts, rights = _orders({*first} - {*second}, first, out), _orders({*second} - {*first}, second, out)
        for stack, inner, left, right in product(stacks, inners, lefts, rights):
            a = _matricized(first, stack, left, inner, lengths)
            b = _matricized(second, stack, inner, right, lengths)
            made = stack + left + right
            yield Plan(
                *((b, a) if swapped else (a, b)),
                swapped,
                bool(stack),
                None if _groups(stack, left, right, lengths) == _shape(made, lengths) else _shape(made, lengths),
                None if made == out else tuple(map(made.index, out)),
            )


def _orders(chosen: set[str], *arrays: str) -> list[str]:
    """The orders in which arrays have some of their axes."""
    return [*dict.fromkeys("".join(name for name in names if name in chosen) for names in arrays)]


def _matricized(names: str, stack: str, rows: str, columns: str, lengths: Mapping[str, int]) -> Matricization:
    """An array with these axes as a stack of matrices with these rows and columns."""
    wanted, other = stack + rows + columns, stack + columns + rows
    turned = wanted not in (names, other) and names[-1] == other[-1]  # else copied, and sooner with that axis in place
    if turned:
        wanted, rows, columns = other, columns, rows
    groups, shape = _groups(stack, rows, columns, lengths), _shape(wanted, lengths)
    order = None if names == wanted else tuple(map(names.index, wanted))
    return Matricization(order, None if groups == shape else groups, turned, prod(shape) if order else 0)


def _shape(names: str, lengths: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(map(lengths.__getitem__, names))


def _groups(stack: str, rows: str, columns: str, lengths: Mapping[str, int]) -> tuple[int, ...]:
    """The shape of a stack of matrices; a single one without rows or columns is a vector or a number."""
    grouped = [prod(_shape(names, lengths)) for names in (rows, columns) if names or stack]
    return (*_shape(stack, lengths), *grouped)

"""Reductions: as products with ones where these are as accurate, and else the way that takes NumPy the shortest."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np

from tapegrad._program.program import Equation, Program
from tapegrad._program.source.text import Text
from tapegrad._rules.folding import FOLDED
from tapegrad._spec import Spec

SHORT = 64
"""Of so few terms a sum is as accurate term by term."""
SMALL = 1 << 13
"""So few terms OpenBLAS adds up on one thread."""
MANY = 256
"""Of so many results of a short axis, each part of it is long enough."""


def folding(eq: Equation) -> np.ufunc | None:
    """The ufunc that an equation reduces by; None where it does anything else."""
    compute: Any = eq.primitive.compute
    return FOLDED.get(compute) if type(compute) is FunctionType else None


def reduces_into(program: Program, eq: Equation) -> bool:
    """Whether an equation is a reduction that can be put into a given array."""
    ufunc, spec = folding(eq), program.spec(eq.outputs[0])
    if ufunc is None or not spec.shape:
        return False
    x, axes = program.spec(eq.inputs[0]), eq.parameters[0].value
    return not _has_short_axis(x, axes, spec, ufunc) and not _has_short_rows(x, axes, ufunc)


def reduction(text: Text, program: Program, eq: Equation, x: str, buffer: str | None = None) -> str:
    """The call, which puts its result into a buffer if one is given."""
    ufunc: Any = folding(eq)
    axes, keepdims = (literal.value for literal in eq.parameters)
    spec, out = program.spec(eq.inputs[0]), program.spec(eq.outputs[0])
    if ufunc is np.add and (product := _with_ones(text, spec, x, axes, keepdims, buffer)):
        return product
    if _has_short_axis(spec, axes, out, ufunc):
        call = f"{text.object(along, 'along')}({text.object(ufunc, ufunc.__name__)}, {x}, {axes[0]})"
        return f"{call}.reshape({out.shape})" if keepdims else call
    reduce = text.object(ufunc.reduce, f"{ufunc.__name__}_reduce", ufunc)
    if _has_short_rows(spec, axes, ufunc):
        return f"{reduce}({x}.T.copy(), 0){'[:, None]' * keepdims}"
    every = axes == tuple(range(spec.ndim))
    axis = "None" if every else str(axes[0]) if len(axes) == 1 else text.object(axes, "index", eq.parameters[0])
    rest = [x, axis, *(["None", str(buffer)] if buffer or keepdims else []), *(["True"] if keepdims else [])]
    return f"{reduce}({', '.join(rest)})"


def _with_ones(text: Text, spec: Spec, x: str, axes: tuple[int, ...], keepdims: bool, buffer: str | None) -> str | None:
    """A sum as a product with ones, which takes a half to a tenth of the time where that is as accurate.

    That is where there are few terms, and over the first of two axes: there NumPy, too, adds up row after row.
    """
    if not 1 <= spec.ndim <= 2 or spec.dtype.char not in "fd" or len(axes) != 1 or not 0 < spec.size <= SMALL:
        return None
    (axis,), terms = axes, spec.shape[axes[0]]
    if terms > SHORT and (axis or spec.ndim == 1):
        return None
    first = axis == 0 < spec.ndim - 1
    shape = (terms,) if not keepdims else (1, terms) if first else (terms, 1)
    ones = text.object(np.ones(shape, spec.dtype), "ones", (shape, spec.dtype))
    left, right = (ones, x) if first else (x, ones)
    return f"{left}.dot({right}, {buffer})" if buffer else f"{left}.dot({right})"


def _has_short_rows(spec: Spec, axes: tuple[int, ...], ufunc: np.ufunc) -> bool:
    """Whether it takes NumPy longer to go along the rows of a matrix, one by one, than to turn it first."""
    extremum = ufunc in (np.maximum, np.minimum) and axes == (1,) and spec.dtype.kind in "fiu"
    return extremum and spec.ndim == 2 and 1 < spec.shape[1] <= 16 <= spec.shape[0]


def _has_short_axis(spec: Spec, axes: tuple[int, ...], out: Spec, ufunc: np.ufunc) -> bool:
    """Whether it takes NumPy longer to go along an inner axis of a stack, again and again, than along all others.

    Of fewer than eight terms it adds up one after another, too, so that the bits are the same, but for a sum of -0.
    """
    usual = ufunc in (np.add, np.maximum, np.minimum) and spec.dtype == out.dtype and spec.dtype.kind == "f"
    return usual and len(axes) == 1 and 0 < axes[0] < spec.ndim > 2 and 1 < spec.shape[axes[0]] < 8 and out.size >= MANY


def along(ufunc: np.ufunc, x: Any, axis: int) -> Any:
    """What a ufunc makes of the parts of an array along an axis, one after another."""
    first, second, *others = x.transpose(axis, *(i for i in range(x.ndim) if i != axis))
    whole = ufunc(first, second)
    for other in others:
        ufunc(whole, other, out=whole)
    return whole

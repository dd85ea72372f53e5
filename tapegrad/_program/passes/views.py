"""Views of views: one instead of two, or none."""

from __future__ import annotations

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.passes.indices import as_numbers, entries
from tapegrad._program.passes.rewriting import Rewriting, Rule, by_rules
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._spec import Spec


def with_views_joined(program: Program) -> Program:
    """The Program with transposes of transposes, and reshapes of reshapes, as one or left out, as whole slices are."""
    return by_rules(program, RULES)


def _transpose(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """The axes of the one, in the order of the other."""
    (x,), (axes,) = eq.inputs, (eq.parameters[0].value,)
    inner = work.maker(x, "transpose")
    if inner is not None:
        x, first = inner.inputs[0], inner.parameters[0].value
        axes = tuple([first[axis] for axis in axes])
    if axes == tuple(range(out.ndim)):
        return x
    return None if inner is None else attrs.evolve(eq, inputs=(x,), parameters=(Literal(axes),), aliases=True)


def _reshape(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """To the last shape: also of what a slice has only given new axes."""
    inner = work.maker(eq.inputs[0], "reshape", "slice_of")
    if inner is None or (inner.primitive.name == "slice_of" and not _only_adds_axes(inner.parameters[0].value)):
        return None
    x = inner.inputs[0]
    return x if work.spec(x) == out else attrs.evolve(eq, inputs=(x,), aliases=True)


def _slice_of(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """All of it: nothing. Of an element: with both indices. New axes only, of a reshape: a reshape."""
    index = eq.parameters[0].value
    if work.spec(eq.inputs[0]) == out and _is_whole(index, out.shape):
        return eq.inputs[0]
    inner = work.maker(eq.inputs[0], "reshape", "slice_of")
    if inner is not None and inner.primitive.name == "slice_of":
        first = as_numbers(inner.parameters[0].value)
        both = None if first is None else Literal((*first, *entries(index)))
        return None if both is None else attrs.evolve(eq, inputs=inner.inputs, parameters=(both,), aliases=True)
    if inner is None or not _only_adds_axes(index):
        return None
    shape = (Literal(out.shape),)
    return attrs.evolve(eq, primitive=PRIMITIVES["reshape"], inputs=inner.inputs, parameters=shape, aliases=True)


def _is_whole(index: object, shape: tuple[int, ...]) -> bool:
    parts = entries(index)
    return all(type(part) is slice and part.step in (None, 1) for part in parts) and len(parts) <= len(shape)


def _only_adds_axes(index: object) -> bool:
    return all(part is None or part is Ellipsis or part == slice(None) for part in entries(index))


RULES: dict[str, Rule] = {"transpose": _transpose, "reshape": _reshape, "slice_of": _slice_of}

"""Counts that are floating-point numbers, added up as such: NumPy counts truth values along an axis slowly."""

from __future__ import annotations

import attrs

from tapegrad._program.passes.rewriting import Rewriting, by_rules
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._rules.folding import count_over
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._spec import Spec


def with_counts_added(program: Program) -> Program:
    """The Program with the sum of zeros and ones for a count along some axes that is converted: exact, as both are."""
    return by_rules(program, {"astype": _count})


def _count(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    count = work.maker(eq.inputs[0], "count_nonzero")
    if count is None or out.dtype.char not in EXACT:
        return None
    x, axes = work.spec(count.inputs[0]), count.parameters[0].value
    if x.dtype != bool or len(axes) == x.ndim or count_over(x.shape, axes) > EXACT[out.dtype.char]:
        return None
    ones = work.call("astype", count.inputs[0], spec=attrs.evolve(out, shape=x.shape), parameters=[out.dtype])
    return attrs.evolve(eq, primitive=PRIMITIVES["sum"], inputs=(ones,), parameters=count.parameters, aliases=False)


EXACT = {"d": 2**53, "f": 2**24}
"""So far, each type of numbers holds every whole one."""

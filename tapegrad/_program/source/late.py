"""Which damped products can be plain ones, to be checked when the results are there; see `damping`."""

from __future__ import annotations

from cmath import isfinite
from collections.abc import Collection, Mapping, Sequence

from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import DAMPED
from tapegrad._program.source.damping import FEW, whole
from tapegrad._program.source.groups import Group
from tapegrad._program.source.text import Text
from tapegrad._program.structured import Structured
from tapegrad._spec import Spec

ARRANGING = frozenset(
    {"reshape", "transpose", "spread", "broadcast_to", "place", "place all", "concatenate", "stack", "scatter"}
    | {"place_diagonal", "astype", "array", "copy", "flip"}
)
ADDING = frozenset({"add", "subtract", "negative", "positive", "sum", "mean", "cumsum"})
MULTIPLYING = frozenset({*DAMPED, "multiply", "divide", "matmul", "matvec", "vecmat", "vecdot", "prod"})
PASSING = ARRANGING | ADDING | MULTIPLYING
"""Primitives that use every element of their arguments, and give nan wherever one is nan."""
REAL = frozenset(
    {"maximum", "minimum", "max", "min", "absolute", "square", "reciprocal", "sqrt", "sigmoid"}
    | {"exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "logaddexp"}
)
"""Primitives of which the same holds for real numbers. Of complex ones, exp(-inf + nan j) is 0."""
CALL = 1_000
"""So many elements are checked in the time that a check of its own costs a product."""
SELECTING = frozenset({"slice_of", "gather", "where"})
"""Primitives of which the same holds, but for the elements that they leave out."""


def late_products(program: Program, order: Sequence[Equation | Group], floats: Collection[Var]) -> Mapping[Var, str]:
    """The damped products that wait, and the names of what computes them.

    They wait for the end of their block; outside of blocks, for the Program's outputs, if that is less to check.
    """
    if all(eq.outputs[0] in floats for eq in program.equations if eq.primitive.name in DAMPED):
        return {}
    groups = [step for step in order if isinstance(step, Group)]
    ends = {var for group in groups for var in (*group.results, *(eq.outputs[0] for eq in group.totals))}
    found = late(program, ends.union(program.outputs)).difference(floats, _entering(program))
    inside = frozenset[Var]().union(*(group.inside for group in groups))
    outside = found - inside
    last = touched(program, outside).intersection(program.outputs)
    if sum(program.spec(atom).size for atom in last) > sum(program.spec(var).size + CALL for var in outside):
        found &= inside
    return _named(program, found)


def late_in_steps(
    program: Program, order: Sequence[Equation | Group], floats: Collection[Var], carry: int
) -> Mapping[Var, str]:
    """The same of a loop's step: the products that wait for the loop's end.

    What a step makes nan must show in what it stacks, or in what it hands on; and there again after the next step.
    """
    groups = [step for step in order if isinstance(step, Group)]
    checked = set(program.outputs)
    while True:
        showing = _showing(program, checked)
        pairs = zip(program.inputs[:carry], program.outputs, strict=False)
        lost = {atom for var, atom in pairs if var not in showing}.difference(program.outputs[carry:])
        if checked.isdisjoint(lost):
            break
        checked -= lost
    inside = frozenset[Var]().union(*(group.inside for group in groups))
    return _named(program, _products(program, showing).difference(floats, inside, _entering(program, carry)))


def touched_by_steps(program: Program, products: Collection[Var], carry: int) -> list[int]:
    """Which of the step's outputs depend on some products, of the same step or of one before."""
    found: set[Var] = set(products)
    while True:
        reached = touched(program, found)
        pairs = zip(program.inputs[:carry], program.outputs, strict=False)
        again = {var for var, atom in pairs if atom in reached}
        if again <= found:
            return [i for i, atom in enumerate(program.outputs) if atom in reached]
        found |= again


def _named(program: Program, products: Collection[Var]) -> Mapping[Var, str]:
    """Products, and the names of what computes them."""
    both = {eq.outputs[0] for eq in program.equations if eq.primitive.name == "damp both"}
    return {var: "product_both" if var in both else "product" for var in products}


def _entering(program: Program, carry: int = 0) -> set[Atom]:
    """What loops and choices depend on, those of the next step too: of nan, a `while` may never end."""
    found: set[Atom] = set()
    while True:
        for eq in reversed(program.equations):
            if isinstance(eq.primitive, Structured) or not found.isdisjoint(eq.outputs):
                found.update(eq.inputs)
        before = {atom for var, atom in zip(program.inputs[:carry], program.outputs, strict=False) if var in found}
        if before <= found:
            return found
        found |= before


def checked_in_blocks(program: Program, products: Collection[Var]) -> set[Atom]:
    """What a block checks, of its results: the outputs, and what products touch that cannot wait for those."""
    waiting = late(program, program.outputs)
    found = touched(program, products)
    return found.intersection(program.outputs) | touched(program, set(products) - waiting)


def checked_at_end(program: Program, order: Sequence[object], products: Collection[Var]) -> list[Atom]:
    """The outputs that some products may have made nan, and that no block makes, which checks them itself."""
    blocks = [eq for step in order if isinstance(step, Group) for eq in (*step.equations, *step.totals)]
    unsettled = touched(program, products).difference(*(eq.outputs for eq in blocks))
    return [atom for atom in dict.fromkeys(program.outputs) if atom in unsettled]


def check(text: Text, numbers: Sequence[str]) -> str:
    """The line that does what is to be done if one of some numbers is not finite: then their sum is not."""
    return f"{are_finite(text, numbers)} or settle()"


def are_finite(text: Text, numbers: Sequence[str]) -> str:
    """Whether all of some numbers are finite; their sum may overflow."""
    return f"{text.object(isfinite, 'isfinite')}({' + '.join(numbers)})"


def number_of(text: Text, spec: Spec, name: str) -> str:
    """An expression for a number that is finite only if every element of a value is."""
    if not spec.shape:
        return name
    if spec.dtype.kind == "f" and spec.size <= FEW:
        if spec.ndim == 1:
            return f"{name}.dot({name})"  # np.vdot would ask first whether anything overrides it
        return f"(flat := {name}.ravel('K')).dot(flat)"  # in the order in which they lie in memory
    return f"{text.object(whole, 'whole')}({name})"


def late(program: Program, checked: Collection[Atom]) -> frozenset[Var]:
    """The damped products whose check can wait until all that is `checked` is there."""
    return _products(program, _showing(program, checked))


def _products(program: Program, showing: Collection[Var]) -> frozenset[Var]:
    return frozenset(
        eq.outputs[0] for eq in program.equations if eq.primitive.name in DAMPED and eq.outputs[0] in showing
    )


def _showing(program: Program, checked: Collection[Atom]) -> set[Var]:
    """The values of which every nan shows in what is checked, or concerns nothing that depends on them."""
    readers: dict[Atom, list[Equation]] = {}
    for eq in program.equations:
        for atom in dict.fromkeys(eq.inputs):
            readers.setdefault(atom, []).append(eq)
    whole: set[Var] = set()
    """Values of which every nan shows."""
    showing: set[Var] = set()

    def passing(eq: Equation, dtype: str) -> bool:
        return eq.primitive.name in PASSING or (eq.primitive.name in REAL and dtype == "f")

    def selecting(eq: Equation, var: Var) -> bool:
        condition = eq.primitive.name == "where" and eq.inputs[0] == var  # of numbers: nan is true
        return eq.primitive.name in SELECTING and not condition

    for values in (*(eq.outputs for eq in reversed(program.equations)), program.inputs):
        for var in values:
            dtype, reading = program.spec(var).dtype.kind, readers.get(var, [])
            if dtype not in "fc":
                continue
            if var in checked or any(passing(each, dtype) and each.outputs[0] in whole for each in reading):
                whole.add(var)
            elif not reading or not all(
                reader.outputs[0] in showing and (passing(reader, dtype) or selecting(reader, var))
                for reader in reading
            ):
                continue
            showing.add(var)
    return showing


def touched(program: Program, products: Collection[Var]) -> set[Atom]:
    """What depends on some products, themselves included."""
    found: set[Atom] = set(products)
    for eq in program.equations:
        if not found.isdisjoint(eq.inputs):
            found.update(eq.outputs)
    return found

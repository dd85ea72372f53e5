"""Which loops and choices can be machine code as a whole, and the parts of which their Programs are made."""

from __future__ import annotations

from collections.abc import Sequence

from tapegrad._program.bodies import Body, Loop, While
from tapegrad._program.kernels.formulas import DTYPES
from tapegrad._program.kernels.loops import Loop as Nest, gathered
from tapegrad._program.kernels.segments import MOST, rows
from tapegrad._program.kernels.statements import is_product, is_view, is_work, statements
from tapegrad._program.program import Equation, Program, Var
from tapegrad._program.structured import Structured


def body_of(eq: Equation) -> Body | None:
    """What a loop or a choice is made of; None of any other equation."""
    body: Body | None = eq.primitive.content if isinstance(eq.primitive, Structured) else None
    return body


def is_whole(body: Body) -> bool:
    """Whether all of a loop or a choice can be machine code."""
    fits = all(spec.dtype in DTYPES and spec.size and spec.ndim <= 6 for spec in (*body.taken, *body.given))
    return fits and all(_computes(program) for program in programs_of(body))


def programs_of(body: Body) -> list[Program]:
    """The Programs that it is made of."""
    if isinstance(body, Loop):
        return [body.body]
    return [body.condition, body.step] if isinstance(body, While) else [body.first, body.second]


def _computes(program: Program) -> bool:
    """Whether kernels compute all of a Program, none of them with threads of its own."""
    for part in parts_of(program):
        body = body_of(part[0])
        if body is not None:
            if not is_whole(body):
                return False
        elif (
            len(part) > MOST
            or not all(is_view(program, eq) or is_work(program, eq) or is_product(program, eq) for eq in part)
            or any(
                isinstance(item, Nest) and rows(item)
                for item in gathered(statements(program, part, kept_of(program, part)))
            )
        ):
            return False
    return True


def parts_of(program: Program) -> list[list[Equation]]:
    """The equations in order: those between loops and choices together, each of these alone."""
    parts: list[list[Equation]] = []
    open_part = False
    for eq in program.equations:
        alone = body_of(eq) is not None
        if alone or not open_part:
            parts.append([])
        parts[-1].append(eq)
        open_part = not alone
    return parts


def kept_of(program: Program, part: Sequence[Equation]) -> set[Var]:
    """What some equations compute and others read."""
    inside = {var for eq in part for var in eq.outputs}
    others = [eq for eq in program.equations if not inside.issuperset(eq.outputs)]
    read = {*program.outputs, *(atom for eq in others for atom in eq.inputs)}
    return inside & read

"""Views of the buffers that a function keeps: it keeps these too, in place of making them at each call or step."""

from __future__ import annotations

from collections.abc import Sequence

from tapegrad._program.program import Equation, Program, Var
from tapegrad._program.source.buffers import Written
from tapegrad._program.source.memory import Part, Pool
from tapegrad._program.source.text import Text


def kept_views(
    text: Text, program: Program, steps: Sequence[object], buffers: dict[Var, str], pool: Pool, mark: str
) -> dict[Var, str]:
    """The values that are such views, and their names; what the names stand for is added to the pool."""
    written = {var for step in steps if isinstance(step, Written) for var in step.reads}
    names: dict[Var, str] = {}
    for step in steps:
        if not isinstance(step, Equation) or step.primitive.name not in ("slice_of", "reshape"):
            continue
        (whole,), (out,), (parameter,) = step.inputs, step.outputs, step.parameters
        buffer = names.get(whole) or buffers.get(whole) if isinstance(whole, Var) else None
        reshapes, spec = step.primitive.name == "reshape", program.spec(out)
        # a reshape of a part may be a copy
        kept = buffer in pool.kinds or (buffer in pool.parts and not reshapes)
        if buffer is not None and kept and spec.shape and out not in written:
            names[out] = f"{text.local('view')}{mark}"
            pool.parts[names[out]] = Part(buffer, ... if reshapes else parameter.value, spec.shape)
    return names

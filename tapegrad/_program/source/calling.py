"""How the equations are called: with buffers that no other call has by then, and with damped products where need be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tapegrad._program.source.damping import Caution, UnsettledError, accept, damp, damp_both, settle
from tapegrad._program.source.memory import Pool
from tapegrad._program.source.text import Text


def add_program(text: Text, pool: Pool, given: Sequence[str], waits: bool) -> None:
    """Add the function `program`, which runs `equations`; twice where products wait for a check that fails."""
    text.line("")
    with text.block(f"def program({', '.join(given)}):"):
        if not pool.kinds:
            text.line("run = equations")
        else:
            with text.block("try:"):
                text.line(f"run = {text.object(pool.free.pop, 'take')}()")
            with text.block("except IndexError:"):
                text.line(f"run = {text.object(pool.another, 'another')}(equations)")
        if waits:
            _add_runs(text, given)
        else:
            text.line(f"outputs = run({', '.join(given)})")
        if pool.kinds:
            text.line(f"{text.object(pool.free.append, 'give_back')}(run)")
            text.lines[:0] = pool.listing()
        text.line("return outputs")


def _add_runs(text: Text, given: Sequence[str]) -> None:
    """Add the lines that run them with plain products and, where these do not settle, with damped ones."""
    quick = [text.object(np.multiply, "multiply")] * 2 + [text.object(settle, "unsettled")]
    careful = [text.object(each, each.__name__) for each in (damp, damp_both, accept)]
    caution = text.object(Caution(), "caution")
    with text.block(f"if {caution}.calls < 1:"):
        with text.block("try:"):
            text.line(f"outputs = run({', '.join((*given, *quick))})")
        with text.block(f"except {text.object(UnsettledError, 'UnsettledError')}:"):
            text.line(f"{caution}.grow()")
            text.line(f"outputs = run({', '.join((*given, *careful))})")
    with text.block("else:"):
        text.line(f"{caution}.calls -= 1")
        text.line(f"outputs = run({', '.join((*given, *careful))})")

"""What writes the code of a Program, by the name that users give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Literal, TypeAlias

from tapegrad._program.program import Program
from tapegrad._program.source.control import ControlWriter
from tapegrad._program.source.function import Code

Backend: TypeAlias = Literal["numpy", "numba"]
WRITERS: Mapping[Backend, str] = {
    "numpy": "tapegrad._program.source.control.ControlWriter",
    "numba": "tapegrad._program.kernels.function.KernelWriter",
}
"""That for numba is imported when it is first used."""


def code_of(program: Program, backend: Backend, donated: Sequence[bool] = ()) -> Code:
    """The code for a Program, of whose inputs some may be donated."""
    given = frozenset(var for var, flag in zip(program.inputs, donated, strict=False) if flag)
    module, _, name = WRITERS[backend].rpartition(".")
    writer: type[ControlWriter] = getattr(import_module(module), name)
    return writer(program, given).write()

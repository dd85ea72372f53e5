"""The source of a file of kernels: these, and the elementary functions that they call."""

from __future__ import annotations

import inspect
import re

from tapegrad._program.kernels import mathematics
from tapegrad._program.source.text import Text

HEAD = '''"""Kernels that tapegrad has written, and numba compiles."""

import math

from numba import njit
import numpy as np

'''
INLINE = '@njit(error_model="numpy", forceinline=True)'
PLUS = '''@njit(fastmath={"reassoc"}, forceinline=True)
def plus(x, y):
    """A sum whose order is left open, so that several parts of it can be added up at once."""
    return x + y
'''
FUNCTIONS = {name: f for name, f in vars(mathematics).items() if inspect.isfunction(f)}


def file_of(kernels: Text) -> str:
    """The module that holds some kernels, and what they call."""
    body = "\n".join(kernels.lines)
    used: dict[str, str] = {}

    def use(text: str) -> None:
        for name in FUNCTIONS:
            if name not in used and re.search(rf"\b(?<!\.){name}\(", text):
                source = inspect.getsource(FUNCTIONS[name])
                used[name] = ""
                use(source.partition("\n")[2])
                del used[name]
                used[name] = source

    use(body)
    functions = "\n\n".join(f"{INLINE}\n{source}" for source in used.values())
    return f"{HEAD}\n{PLUS}\n\n{functions}\n\n{body}"

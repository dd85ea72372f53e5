"""`trace`: the Program of a function, at the shapes and dtypes of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import attrs
import numpy as np

from tapegrad._core.variable import Variable, still_open
from tapegrad._program.constants import constant
from tapegrad._program.program import Atom, Program
from tapegrad._program.tracing import Tracing, example, recording
from tapegrad._transforms.transform import Transform, parameter_name
from tapegrad._tree import flatten, paths, unflatten
from tapegrad.typing import P, override

NUMBERS: Any = (bool, int, float, complex)
ARRAYS: Any = (np.ndarray, np.generic, Variable)


def is_input(leaf: Any) -> bool:
    """Whether a leaf is a number or an array of numbers; anything else is part of the signature."""
    if isinstance(leaf, ARRAYS):
        return leaf.dtype.kind in "biufc"
    return type(leaf) in NUMBERS


def program_of(
    f: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any], static: Sequence[int] = ()
) -> Program:
    """Run `f` once on the arguments, and record what it does to them.

    Those at the positions `static` are constants, by whichever way they are passed.
    """
    level = Tracing()
    inputs: list[Any] = []
    names: list[str] = []

    def replaced(argument: Any, name: str) -> Any:
        leaves, structure = flatten(argument)
        made: list[Any] = []
        for leaf, path in zip(leaves, paths(structure), strict=True):
            if is_input(leaf):
                leaf = level.traced(example(leaf))
                inputs.append(leaf)
                names.append(f"{name}{path}")
            made.append(leaf)
        return unflatten(structure, made)

    call = [arg if i in static else replaced(arg, parameter_name(f, i) or f"argument{i}") for i, arg in enumerate(args)]
    fixed = static_names(f, static)
    options = {key: value if key in fixed else replaced(value, key) for key, value in keywords.items()}
    return _recorded(level, lambda: f(*call, **options), inputs, names)


def static_names(f: Callable[..., Any], static: Sequence[int]) -> frozenset[str]:
    """What the parameters at these positions are called."""
    return frozenset([parameter_name(f, i) for i in static])


def body_of(f: Callable[..., Sequence[Any]], examples: Sequence[Any]) -> tuple[Program, list[Any]]:
    """A function of numbers and arrays as a Program, and the Variables from outside that it uses: further inputs."""
    level = Tracing(captures=True)
    inputs = [level.traced(example(x)) for x in examples]
    program = _recorded(
        level, lambda: [level.standing(out) for out in f(*inputs)], inputs, [f"x{i}" for i in range(len(inputs))]
    )
    captured = list(level.captured.values())
    names = (*program.names, *(f"c{i}" for i in range(len(captured))))
    return attrs.evolve(program, inputs=(*program.inputs, *(x.symbol for _, x in captured)), names=names), [
        outer for outer, _ in captured
    ]


def _recorded(level: Tracing, run: Callable[[], Any], inputs: Sequence[Any], names: Sequence[str]) -> Program:
    token = recording.set(True)
    try:
        out = run()
    finally:
        level.open = False
        recording.reset(token)
    leaves, structure = flatten(out)
    outputs: list[Atom] = [
        leaf.symbol if level.owns(leaf) else constant(still_open(leaf, "the function")) for leaf in leaves
    ]
    return Program(
        tuple(x.symbol for x in inputs),
        tuple(names),
        tuple(level.equations),
        tuple(outputs),
        tuple(level.specs),
        structure,
        frozenset(level.weak),
    )


@attrs.frozen(repr=False)
class Trace(Transform):
    """What `trace` makes."""

    word: ClassVar[str] = "trace"
    static_argnums: tuple[int, ...] = ()

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Program:
        return program_of(self.f, args, keywords, self.static_argnums)


def trace(f: Callable[P, Any], /, *, static_argnums: int | tuple[int, ...] = ()) -> Callable[P, Program]:
    """The Program of a function, at the shapes and dtypes of its arguments: `trace(f)(*args)`.

    >>> import numpy as np
    >>> from tapegrad import grad, trace
    >>> print(trace(grad(lambda x: np.sin(x) * x))(np.float64(1.0)))
    x       :  float64  input
    %0      :  float64  sin x
    %1      :  float64  multiply %0, x
    %2      :  float64  multiply np.float64(1.0), x
    %3      :  float64  multiply np.float64(1.0), %0
    %4      :  float64  cos x
    %5      :  float64  damp %2, %4
    %6      :  float64  add %3, %5
    return  :  float64  %6
    """
    return Trace(f, (static_argnums,) if isinstance(static_argnums, int) else static_argnums)

"""`vjp`: the value of a function, and the linear map from cotangents of its output to those of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, overload

import attrs

from tapegrad._core.node import Node
from tapegrad._leaves import direction
from tapegrad._spec import several
from tapegrad._transforms.recording import Recording, positions_of, record
from tapegrad._transforms.reverse import described
from tapegrad._tree import flatten
from tapegrad.typing import R_, Aux_, Ts, override


@attrs.frozen(eq=False, repr=False)
class Pullback:
    """The linear map from cotangents of a function's output to cotangents of its arguments, at the point of one run.

    It may be called any number of times.
    """

    run: Recording
    nodes: list[Node | None]
    structure: Any
    name: str

    def __call__(self, cotangent: Any, /) -> tuple[Any, ...]:
        leaves, structure = flatten(cotangent)
        if structure != self.structure:
            raise TypeError(
                f"the pullback of {self.name} needs a cotangent of the structure of its output, {self.structure}, "
                f"not {structure}."
            )
        seeds = [
            (node, direction(leaf, node.spec, f"a cotangent for {self.name}"))
            for leaf, node in zip(leaves, self.nodes, strict=True)
            if node is not None
        ]
        return tuple(self.run.gradients(seeds))

    @override
    def __repr__(self) -> str:
        return f"<pullback of {self.name}>"


@overload
def vjp(
    fun: Callable[[*Ts], R_], /, *primals: *Ts, has_aux: Literal[False] = False
) -> tuple[R_, Callable[[R_], tuple[*Ts]]]: ...
@overload
def vjp(
    fun: Callable[[*Ts], tuple[R_, Aux_]], /, *primals: *Ts, has_aux: Literal[True]
) -> tuple[R_, Callable[[R_], tuple[*Ts]], Aux_]: ...
def vjp(fun: Callable[[*Ts], Any], /, *primals: *Ts, has_aux: bool = False) -> Any:
    """The value of `fun` at `primals`, and its pullback there: `(out, pull)`.

    The pullback maps a cotangent of the output to a tuple of cotangents, one for each primal. The output may be of
    any shape and structure; a cotangent has the same. The pullback may be called any number of times. With `has_aux`,
    `fun` returns a pair (output, auxiliary), and the auxiliary comes third.

    >>> import numpy as np
    >>> from tapegrad import vjp
    >>> out, pull = vjp(np.multiply, np.array([1.0, 2.0]), 3.0)
    >>> out, pull(np.array([1.0, 1.0]))
    (array([3., 6.]), (array([3., 3.]), np.float64(3.0)))
    """
    name = getattr(fun, "__name__", "the function")
    run, out = record("vjp", fun, primals, {}, positions_of(None, primals, f"vjp of {name}"))
    aux = None
    if has_aux:
        if not isinstance(out, several) or len(out) != 2:
            raise TypeError(
                f"vjp(has_aux=True) needs {name} to return a pair (output, auxiliary), not {described(out)}."
            )
        out, aux = out
    leaves, structure = flatten(out)
    pullback = Pullback(run, [run.node(leaf) for leaf in leaves], structure, name)
    return (run.plain(out), pullback, run.plain(aux)) if has_aux else (run.plain(out), pullback)

"""`vjp`: the value of a function, and the linear map from cotangents of its output to those of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, overload

import attrs

from tapegrad._core.node import Node
from tapegrad._leaves import direction
from tapegrad._transforms.places import positions_of
from tapegrad._transforms.point import Point
from tapegrad._transforms.recording import Recording
from tapegrad._transforms.reverse import output_and_auxiliary
from tapegrad._transforms.transform import name_of
from tapegrad._tree import flatten
from tapegrad.typing import R_, Aux_, Ts, override


@attrs.frozen(eq=False, repr=False)
class Pullback:
    """The linear map from cotangents of a function's output to cotangents of its arguments, at the point of one run.

    It may be called any number of times, under any transform. It can be pickled where the function can: it is recorded
    anew where it is loaded.
    """

    point: Point
    again: Callable[..., Any]
    """How to make it anew: from the function, and the primals."""
    run: Recording
    outputs: list[Node | None]
    """For each leaf of the output, its Node; None of a constant."""
    structure: Any
    """Of the output."""

    def __call__(self, cotangent: Any, /) -> tuple[Any, ...]:
        leaves, structure = flatten(cotangent)
        if structure != self.structure:
            raise TypeError(
                f"the pullback of {self.point.name} needs a cotangent of the structure of its output, "
                f"{self.structure}, not {structure}."
            )
        seeds = [
            (node, direction(leaf, node.spec, f"a cotangent for {self.point.name}"))
            for leaf, node in zip(leaves, self.outputs, strict=True)
            if node is not None
        ]
        return tuple(self.run.gradients(seeds))

    @override
    def __repr__(self) -> str:
        return f"<pullback of {self.point.name}>"

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return self.again, (self.point.f, *self.point.primals())


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
    any shape and structure; a cotangent has the same. The pullback may be called any number of times, and pickled
    where `fun` can be. With `has_aux`, `fun` returns a pair (output, auxiliary), and the auxiliary comes third.

    >>> import numpy as np
    >>> from tapegrad import vjp
    >>> out, pull = vjp(np.multiply, np.array([1.0, 2.0]), 3.0)
    >>> out, pull(np.array([1.0, 1.0]))
    (array([3., 6.]), (array([3., 3.]), np.float64(3.0)))
    """
    name = name_of(fun)
    point = Point.of("vjp", fun, primals, {}, positions_of(None, primals, f"vjp of {name}"))
    run, out = point.record()
    out, aux = output_and_auxiliary(out, "vjp(has_aux=True)", name) if has_aux else (out, None)
    pullback = pullback_of(point, run, out, _pull_with_aux if has_aux else _pull)
    return (run.plain(out), pullback, run.plain(aux)) if has_aux else (run.plain(out), pullback)


def pullback_of(point: Point, run: Recording, out: Any, again: Callable[..., Any]) -> Pullback:
    """The pullback of a recorded run to `out`; `again(f, *primals)` makes it anew."""
    leaves, structure = flatten(out)
    return Pullback(point, again, run, [run.node(leaf) for leaf in leaves], structure)


def _pull(f: Callable[..., Any], *primals: Any) -> Any:
    return vjp(f, *primals)[1]


def _pull_with_aux(f: Callable[..., Any], *primals: Any) -> Any:
    return vjp(f, *primals, has_aux=True)[1]

"""Linear maps: `linearize`, a function's derivative at a point as a function, and `linear_transpose`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from tapegrad._config import no_grad
from tapegrad._core.node import Node
from tapegrad._core.recorder import Recorded
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import plain_value
from tapegrad._spec import Value
from tapegrad._transforms.forward import zero_tangent
from tapegrad._transforms.linear_tape import LinearTape, somewhere
from tapegrad._transforms.places import positions_of
from tapegrad._transforms.point import Point
from tapegrad._transforms.recording import Recording
from tapegrad._transforms.transform import name_of
from tapegrad._transforms.vjp import pullback_of
from tapegrad._tree import flatten, unflatten
from tapegrad._values import fresh
from tapegrad.typing import R_, Ts, override


@attrs.frozen(eq=False, repr=False)
class Linearized:
    """The derivative of a function at one point: the linear map from tangents of its arguments to those of its output.

    It may be called any number of times, under any transform. It can be pickled where the function can: it is recorded
    anew where it is loaded.
    """

    point: Point
    sources: list[Node | None]
    """For each leaf of the arguments, the Node of its cotangent on the pullback's tape; None where that is zero."""
    targets: list[Node | None]
    """For each leaf of the output, the Node of the cotangent that the pullback was given; None of a constant."""
    leaves: list[Value]
    """The tangents of the output where nothing changes: zeros."""
    structure: Any
    """Of the output."""

    def __call__(self, *tangents: Any) -> Any:
        if len(tangents) != len(self.point.args):
            raise TypeError(
                f"{self!r} needs {len(self.point.args)} tangents, one for each primal, not {len(tangents)}."
            )
        found = sweep(
            [
                (node, tangent)
                for node, tangent in zip(self.sources, self.point.directions(tangents), strict=True)
                if node is not None
            ]
        )
        out = [
            zeros if node is None or node not in found else found[node]
            for node, zeros in zip(self.targets, self.leaves, strict=True)
        ]
        return unflatten(self.structure, map(fresh, out))

    @override
    def __repr__(self) -> str:
        return f"<derivative of {self.point.name} at a point>"

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return _linear, (self.point.f, *self.point.primals())


def linearize(fun: Callable[[*Ts], R_], /, *primals: *Ts) -> tuple[R_, Callable[[*Ts], R_]]:
    """The value of `fun` at `primals`, and its derivative there as a function of the tangents: `(out, linear)`.

    `linear(*tangents)` is the tangent that `jvp` gives, without running `fun` again: for many directions at one point.
    It may be called any number of times, under any transform, and pickled where `fun` can be.

    The function is recorded, and then its pullback, as a function of the cotangent. The pullback is linear; its own
    pullback takes tangents to tangents: the transpose of the transpose.

    >>> from tapegrad import linearize
    >>> out, linear = linearize(lambda x, y: x * y, 2.0, 3.0)
    >>> out, linear(1.0, 0.0), linear(0.0, 1.0)
    (np.float64(6.0), np.float64(3.0), np.float64(2.0))
    """
    name = name_of(fun)
    point = Point.of("linearize", fun, primals, {}, positions_of(None, primals, f"linearize of {name}"))
    run, out = point.record()
    leaves, structure = flatten(out)
    nodes = [run.node(leaf) for leaf in leaves]
    tape = LinearTape(
        blame=f"linearize: the pullback of {name} is not linear",
        remedy="A custom rule in it is not: custom_vjp's backward is linear in the cotangent.",
    )
    cotangents = [None if node is None else tape.watch(node.spec.zeros()) for node in nodes]
    try:
        pulled = sweep([(node, ct) for node, ct in zip(nodes, cotangents, strict=True) if node is not None])
    finally:
        tape.seal()
    sources = [pulled.get(node) for node in run.nodes]
    linear: Any = Linearized(
        point,
        [ct.node if isinstance(ct, Recorded) and ct.level is tape else None for ct in sources],
        [None if ct is None else ct.node for ct in cotangents],
        [zero_tangent(leaf) for leaf in leaves],
        structure,
    )
    return run.plain(out), linear


def _linear(f: Callable[..., Any], *primals: Any) -> Any:
    return linearize(f, *primals)[1]


def linear_transpose(fun: Callable[[*Ts], R_], /, *example_primals: *Ts) -> Callable[[R_], tuple[*Ts]]:
    """The transpose of a linear function: from a cotangent of its output to a tuple of those of its arguments.

    By the pairing Σ x y, without conjugation: `np.sum(ct * fun(x)) == np.sum(transpose(ct)[0] * x)`. The function is
    recorded at zero, and runs once more at another point, to see that the pairing holds: of the examples, only
    structure, shapes and dtypes count. The transpose may be called any number of times, under any transform, and
    pickled where `fun` can be.

    Raises:
        TypeError: where `fun` is not linear in all its arguments together: an operation reads their values (products of
            two of them, comparisons, nonlinear functions), `fun(0)` is not 0, or the values at the other point are not
            those of the linear map: a function with custom rules is not linear, or a value was cut off.

    >>> import numpy as np
    >>> from tapegrad import linear_transpose
    >>> transpose = linear_transpose(np.cumsum, np.zeros(3))
    >>> transpose(np.array([1.0, 0.0, 1.0]))
    (array([2., 1., 1.]),)
    """
    name = name_of(fun)
    point = Point.of(
        "linear_transpose",
        fun,
        example_primals,
        {},
        positions_of(None, example_primals, f"linear_transpose of {name}"),
    )
    point = attrs.evolve(point, values=[spec.zeros() for spec in point.specs])
    tape = LinearTape(
        blame=f"linear_transpose: {name} is not linear in its arguments",
        remedy="Bind what is to be held constant with functools.partial; for a derivative at a point, use vjp.",
    )
    run, out = point.record(tape)
    for leaf in flatten(run.plain(out))[0]:
        if np.any(plain_value(leaf) != 0):
            raise tape.error("it does not give 0 for 0.")
    _check_pairing(tape, point, run, out)
    return pullback_of(point, run, out, linear_transpose)


def _check_pairing(tape: LinearTape, point: Point, run: Recording, out: Any) -> None:
    """Whether the recorded map gives what the function does at a point other than zero."""
    xs = [somewhere(spec) for spec in point.specs]
    with no_grad():
        ys = flatten(point.call(xs))[0]
    nodes = [run.node(leaf) for leaf in flatten(out)[0]]
    cts = [np.conj(y) if node is None else somewhere(node.spec, 2.5) for y, node in zip(ys, nodes, strict=True)]
    found = sweep([(node, ct) for node, ct in zip(nodes, cts, strict=True) if node is not None])
    back = [found.get(node, node.spec.zeros()) for node in run.nodes]
    tape.check(list(zip(cts, ys, strict=True)), list(zip(xs, back, strict=True)))

"""Reverse mode: `grad`, `value_and_grad`, `vjp`, `elementwise_grad`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, ClassVar, Literal, overload

import attrs
import numpy as np

from tapegrad._core.node import Node
from tapegrad._core.recorder import Recorded, Recorder
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import Variable, still_open
from tapegrad._leaves import direction, restored
from tapegrad._spec import FLOAT64, Value, several
from tapegrad._transforms.sources import opened, rebuilt
from tapegrad._transforms.transform import Transform
from tapegrad._tree import flatten, tree_map
from tapegrad._values import fresh
from tapegrad.errors import DomainError
from tapegrad.typing import R_, A, Aux_, B, R, Ts, override

ARRAYS: Any = (np.ndarray, np.generic, Variable)
NUMBERS: Any = (float, int, np.ndarray, np.generic, Variable)


def differentiated(argnums: int | tuple[int, ...] | list[int] | None) -> int | tuple[int, ...] | None:
    """`argnums` as a transform holds it."""
    several = argnums if isinstance(argnums, (tuple, list)) else () if argnums is None else (argnums,)
    if any(isinstance(i, bool) or not isinstance(i, int) for i in several):  # pyright: ignore[reportUnnecessaryIsInstance]  # users without a checker
        raise TypeError(f"argnums is a position or a tuple of positions, not {argnums!r}.")
    if any(i < 0 for i in several) or len(set(several)) < len(several) or argnums in ((), []):
        raise ValueError(f"argnums names positions, counted from 0, each once; it is {argnums!r}.")
    return tuple(argnums) if isinstance(argnums, list) else argnums


def positions_of(argnums: int | tuple[int, ...] | None, args: Sequence[Any], caller: object) -> Sequence[int]:
    """The positional arguments to differentiate."""
    positions = range(len(args)) if argnums is None else (argnums,) if isinstance(argnums, int) else argnums
    if not positions:
        raise TypeError(f"{caller} was called without a positional argument: there is nothing to differentiate in.")
    if max(positions) >= len(args):
        raise TypeError(
            f"{caller} was called with {len(args)} positional arguments, so that number {max(positions)} is "
            "missing. Pass it by position."
        )
    return positions


@attrs.define
class Recording:
    """The differentiated arguments of one run of a function, on a tape of its own."""

    tape: Recorder
    leaves: list[Any]
    """The leaves of all the arguments, as they were given."""
    nodes: list[Node]
    """The Node of each."""
    structures: list[tuple[int, Any]]
    """For each argument, how many of the leaves are its own, and their structure."""

    def watch(self, argument: Any, word: str, f: Callable[..., Any], position: int) -> Any:
        """An argument with Variables for its leaves."""
        leaves, structure, values = opened(argument, word, f, position)
        variables = [self.tape.watch(value) for value in values]
        self.leaves += leaves
        self.nodes += [variable.node for variable in variables]
        self.structures.append((len(leaves), structure))
        return rebuilt(structure, variables)

    def gradients(self, seeds: list[tuple[Node, Value]]) -> list[Any]:
        """The gradient in each argument: fresh, and zero where the output does not depend on it. Empties `seeds`."""
        found = sweep(seeds)
        parts = iter(
            [
                restored(found[node] if node in found else node.spec.zeros(), leaf)
                for node, leaf in zip(self.nodes, self.leaves, strict=True)
            ]
        )
        return [rebuilt(structure, list(islice(parts, count))) for count, structure in self.structures]

    def node(self, leaf: object) -> Node | None:
        """The Node of a Variable on this tape; None of anything else."""
        return leaf.node if isinstance(leaf, Recorded) and leaf.level is self.tape else None

    def plain(self, tree: Any) -> Any:
        """`tree` with fresh values in place of this tape's Variables."""
        return tree_map(
            lambda leaf: still_open(leaf, "the function") if self.node(leaf) is None else fresh(leaf.primal), tree
        )


def record(
    word: str, f: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any], positions: Sequence[int]
) -> tuple[Recording, Any]:
    """Run `f` with the arguments at `positions` on a tape. Returns what it returned too."""
    run = Recording(Recorder(), [], [], [])
    replaced = list(args)
    for position in positions:
        replaced[position] = run.watch(args[position], word, f, position)
    try:
        return run, f(*replaced, **keywords)
    finally:
        run.tape.seal()


@attrs.frozen(repr=False)
class Gradient(Transform):
    """What `grad` makes."""

    word: ClassVar[str] = "grad"
    argnums: int | tuple[int, ...] | None = None
    has_aux: bool = False

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        _, gradient, aux = self.evaluate(args, keywords)
        return (gradient, aux) if self.has_aux else gradient

    def evaluate(self, args: Sequence[Any], keywords: dict[str, Any]) -> tuple[Any, Any, Any]:
        """The function's value, its gradient, and what else it returned."""
        run, out = record(self.word, self.f, args, keywords, positions_of(self.argnums, args, self))
        aux = None
        if self.has_aux:
            out, aux = self._split(out)
            aux = run.plain(aux)
        node = run.node(out)
        if node is None or node.spec is not FLOAT64:
            self._check_scalar(out if node is not None else still_open(out, self.__name__))
        value: Any = out if node is None else out.primal
        seeds = [] if node is None else [(node, node.spec.ones())]
        del out, node  # the sweep frees what it has passed
        gradients = run.gradients(seeds)
        single = len(args) == 1 if self.argnums is None else isinstance(self.argnums, int)
        return value, gradients[0] if single else tuple(gradients), aux

    def _split(self, out: Any) -> tuple[Any, Any]:
        if isinstance(out, several) and len(out) == 2:
            return out[0], out[1]
        raise TypeError(f"{self!r} needs {self.__name__} to return a pair (output, auxiliary), not {_described(out)}.")

    def _check_scalar(self, out: Any) -> None:
        array = isinstance(out, ARRAYS)
        if isinstance(out, (int, float)) or (array and out.shape == () and out.dtype.kind in "biuf"):
            return
        raise DomainError(
            f"{self.word} needs {self.__name__} to return a real scalar, but it returned {_described(out)}. "
            "Reduce it to a number (np.sum, np.mean, ...), or use vjp for a cotangent of its shape, or "
            "elementwise_grad where each output depends on its own input only."
        )


def _described(out: Any) -> str:
    if isinstance(out, ARRAYS):
        return f"an array of shape {out.shape} and dtype {out.dtype}"
    return "None" if out is None else f"a {type(out).__name__}"


@attrs.frozen(repr=False)
class ValueAndGradient(Gradient):
    """What `value_and_grad` makes."""

    word: ClassVar[str] = "value_and_grad"

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        value, gradient, aux = self.evaluate(args, keywords)
        return ((value, aux) if self.has_aux else value), gradient


@attrs.frozen(repr=False)
class ElementwiseGradient(Transform):
    """What `elementwise_grad` makes."""

    word: ClassVar[str] = "elementwise_grad"

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        run, out = record(self.word, self.f, args, keywords, positions_of(None, args, self))
        shape = np.broadcast_shapes(*(node.spec.shape for node in run.nodes))
        if not isinstance(out, NUMBERS) or np.shape(out) != shape:
            raise DomainError(
                f"elementwise_grad needs {self.__name__} to return one output for each input (shape {shape}), but "
                f"it returned {_described(out)}. For a scalar use grad, for anything else vjp."
            )
        if np.iscomplexobj(out) and not all(node.spec.dtype.kind == "c" for node in run.nodes):
            raise DomainError(
                f"elementwise_grad: {self.__name__} maps real numbers to complex ones, so that its derivative is "
                f"complex and "
                "no gradient of a real argument. Differentiate np.real(...) and np.imag(...) of it, or use jvp."
            )
        node = run.node(out)
        seeds = [] if node is None else [(node, node.spec.ones())]
        if node is None:
            still_open(out, self.__name__)
        del out, node
        gradients = run.gradients(seeds)
        return gradients[0] if len(args) == 1 else tuple(gradients)


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
                f"vjp(has_aux=True) needs {name} to return a pair (output, auxiliary), not {_described(out)}."
            )
        out, aux = out
    leaves, structure = flatten(out)
    pullback = Pullback(run, [run.node(leaf) for leaf in leaves], structure, name)
    return (run.plain(out), pullback, run.plain(aux)) if has_aux else (run.plain(out), pullback)


@overload
def elementwise_grad(fun: Callable[[A], A], /) -> Callable[[A], A]: ...
@overload
def elementwise_grad(fun: Callable[[A, B], R], /) -> Callable[[A, B], tuple[A, B]]: ...
@overload
def elementwise_grad(fun: Callable[[*Ts], R_], /) -> Callable[[*Ts], tuple[*Ts]]: ...
def elementwise_grad(fun: Callable[..., Any], /) -> Callable[..., Any]:
    """The derivative of a function of arrays that works element by element, for all elements at once.

    Each output must depend on its own input alone, as in `np.tanh`; that the shapes agree is checked. Several arguments
    give a tuple, as with `grad`.

    >>> import numpy as np
    >>> from tapegrad import elementwise_grad
    >>> elementwise_grad(np.square)(np.array([1.0, 2.0, 3.0]))
    array([2., 4., 6.])
    """
    return ElementwiseGradient(fun)

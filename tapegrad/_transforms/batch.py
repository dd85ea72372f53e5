"""`vmap`: a function of one element, applied to a whole batch in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._core.refusals import is_numpys
from tapegrad._core.variable import is_variable, still_open
from tapegrad._rules.batching import ndim
from tapegrad._spec import is_strange
from tapegrad._transforms.axes import Axes, AxesOfChildren, AxisTree, axes_of_leaves, in_axes_of, out_axes_of
from tapegrad._transforms.batched import Batched as Batched, Batching as Batching
from tapegrad._transforms.transform import Transform, place_of
from tapegrad._tree import flatten, paths, unflatten
from tapegrad._values import fresh
from tapegrad.errors import BatchError
from tapegrad.typing import R_, A, As, B, F, P, R, Ts, override


class BlockFunction(Protocol[*As]):
    """A callable whose result has no precise static type.

    A class and not a `Callable`, on purpose: where several overloads fit (a lambda), mypy falls back to `Any` if one
    of them returns a class, but to an untyped function, an error to call under `--strict`, if all return callables.
    """

    def __call__(self, *args: *As) -> Any: ...


@attrs.frozen(repr=False)
class Vmap(Transform):
    """What `vmap` makes."""

    word: ClassVar[str] = "vmap"
    in_axes: Axes = attrs.field(default=0, converter=in_axes_of)
    out_axes: Axes = attrs.field(default=0, converter=out_axes_of)

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        level = Batching()
        sizes: dict[int, tuple[int, int]] = {}
        mapped = [
            arg if axes is None else self._mapped(arg, axes, position, level, sizes)
            for position, (arg, axes) in enumerate(zip(args, self._axes_of_arguments(len(args)), strict=True))
        ]
        if not sizes:
            raise BatchError(f"{self!r} needs an argument to map over: no array stands where in_axes names an axis.")
        if len(sizes) > 1:
            lengths = ", ".join(
                f"{self._argument(position, paths(flatten(args[position])[1])[leaf])} has {length}"
                for length, (position, leaf) in sizes.items()
            )
            raise BatchError(f"{self!r}: the mapped axes differ in length: {lengths}.")
        try:
            out = self.f(*mapped, **keywords)
        except TypeError as error:
            if level.refusal is not None and is_numpys(error):
                raise level.refusal from error
            raise
        finally:
            level.open = False
        return self._collected(out, level, *sizes)

    def _argument(self, position: int, path: str = "") -> str:
        """How messages name an argument, or a leaf of it."""
        return place_of(self.word, self.f, position, path)

    def _axes_of_arguments(self, count: int) -> Sequence[Axes]:
        if not isinstance(self.in_axes, AxesOfChildren):
            return (self.in_axes,) * count
        if self.in_axes.names != tuple(range(count)):
            named = len(self.in_axes.names)
            raise BatchError(f"{self!r} names axes of {named} arguments, but was called with {count}.")
        return self.in_axes.axes

    def _mapped(self, arg: Any, axes: Axes, position: int, level: Batching, sizes: dict[int, tuple[int, int]]) -> Any:
        """An argument, with Variables for the leaves that have a batch.

        `sizes` notes each length of a batch, and the position and leaf where it was first met.
        """
        leaves, structure = flatten(arg)
        along = axes_of_leaves(axes, structure, lambda: self._argument(position))
        mapped: list[Any] = []
        for i, (leaf, axis) in enumerate(zip(leaves, along, strict=True)):
            if axis is None or leaf is None:
                mapped.append(leaf)
                continue
            value: Any = leaf if is_variable(leaf) else np.asarray(leaf)
            strange = is_strange(leaf)
            if not -value.ndim <= axis < value.ndim or value.dtype.kind not in "biufc" or strange:
                raise BatchError(
                    f"{self._argument(position, paths(structure)[i])} cannot be mapped over axis {axis}: it is of type "
                    f"{type(leaf).__name__}, shape {value.shape} and dtype {value.dtype}. "
                    f"{'Pass a plain array: np.asarray(x)' if strange else 'To pass it on whole, None in in_axes'}."
                )
            front = moved_axis(value, axis, 0)
            sizes.setdefault(front.shape[0], (position, i))
            mapped.append(level.batched(front))
        return unflatten(structure, mapped)

    def _collected(self, out: Any, level: Batching, size: int) -> Any:
        """The outputs, each with its batch axis; one that does not depend on the mapped arguments is repeated."""
        leaves, structure = flatten(out)
        along = axes_of_leaves(self.out_axes, structure, lambda: f"{self!r}: the output")

        def collected(i: int, leaf: Any, axis: int | None) -> Any:
            mine = level.owns(leaf)
            if not mine:
                still_open(leaf, self.__name__)
            if leaf is None or (axis is None and not mine):
                return fresh(leaf)
            fault = _fault(leaf, axis, mine)
            if axis is None or fault:
                raise BatchError(f"{self!r}: the output{paths(structure)[i]} {fault}.")
            value: Any = leaf.primal if mine else np.broadcast_to(leaf, (size, *np.shape(leaf)))
            return fresh(moved_axis(value, 0, axis))

        return unflatten(structure, map(collected, range(len(leaves)), leaves, along))


def _fault(leaf: Any, axis: int | None, mine: bool) -> str:
    """Why an output cannot have its batch on that axis; empty where it can."""
    if axis is None:
        return "is to have no batch (None in out_axes), but differs from one element to the next"
    value: Any = leaf if is_variable(leaf) else np.asarray(leaf)
    if not mine and (value.dtype.kind not in "biufc" or is_strange(leaf)):
        return f"is of type {type(leaf).__name__}, and no batch can be made of that; None in out_axes passes it on"
    if not -ndim(leaf) - 1 <= axis <= ndim(leaf):
        return f"has shape {np.shape(leaf)}, and no axis {axis} for the batch"
    return ""


def moved_axis(value: Any, found: int, wanted: int) -> Any:
    """`value` with one axis moved; several times faster than `np.moveaxis`."""
    if not (found or wanted):
        return value
    order = list(range(value.ndim))
    order.insert(wanted % value.ndim, order.pop(found))
    return value.transpose(*order)


@overload
def vmap(fun: Callable[[float], float], /) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]: ...
@overload
def vmap(
    fun: Callable[[float, float], float], /
) -> Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]: ...
@overload
def vmap(fun: Callable[[NDArray[F]], np.floating[Any]], /) -> Callable[[NDArray[F]], NDArray[F]]: ...
@overload
def vmap(fun: Callable[P, NDArray[F]], /) -> Callable[P, NDArray[F]]: ...
@overload
def vmap(
    fun: Callable[[float], R], /, in_axes: int | tuple[int] = 0, out_axes: AxisTree = 0
) -> BlockFunction[NDArray[np.float64]]: ...
@overload
def vmap(
    fun: Callable[[float, float], R], /, in_axes: int | tuple[int, int] = 0, out_axes: AxisTree = 0
) -> BlockFunction[NDArray[np.float64], NDArray[np.float64]]: ...
@overload
def vmap(
    fun: Callable[[float, B], R], /, in_axes: int | tuple[int, AxisTree] = 0, out_axes: AxisTree = 0
) -> BlockFunction[NDArray[np.float64], B]: ...
@overload
def vmap(
    fun: Callable[[A, float], R], /, in_axes: int | tuple[AxisTree, int] = 0, out_axes: AxisTree = 0
) -> BlockFunction[A, NDArray[np.float64]]: ...
@overload
def vmap(
    fun: Callable[[A, B, float], R], /, in_axes: int | tuple[AxisTree, AxisTree, int] = 0, out_axes: AxisTree = 0
) -> BlockFunction[A, B, NDArray[np.float64]]: ...
@overload
def vmap(fun: Callable[[A], R], /, in_axes: AxisTree = 0, out_axes: AxisTree = 0) -> BlockFunction[A]: ...
@overload
def vmap(fun: Callable[[*Ts], R_], /, in_axes: AxisTree = 0, out_axes: AxisTree = 0) -> BlockFunction[*Ts]: ...
def vmap(fun: Callable[..., Any], /, in_axes: AxisTree = 0, out_axes: AxisTree = 0) -> Callable[..., Any]:
    """`fun`, written for one element, applied to a whole batch at once: one run, with a batch axis carried through.

    Args:
        fun: a function of arrays or trees of arrays, of numbers, integers or booleans.
        in_axes: the axis along which the batch lies: one for all positional arguments, or a tuple with an axis for
            each; None passes an argument on whole. Of an argument that is a tree, it may be a tree itself, as deep as
            it takes: `({"w": 0, "b": None}, 0)`. A dict names the fields of an attrs class or dataclass. Axes count
            from the end if negative. Keyword arguments are passed on whole.
        out_axes: where the batch goes in the outputs, in the same forms; None for an output that is the same for all
            elements, and is returned once.

    Under `vmap` an argument has the shape of one element and no value of its own. What is drawn inside from a random
    generator is drawn once, and is the same for the whole batch: for a draw of each element's own, draw outside and
    map over it, as in the last example. A Python `if` on a batched value is an error: `np.where` works.

    Raises:
        BatchError: at the call, if the lengths of the batch axes differ, an axis is not there, or a tree of axes does
            not fit its argument; inside `fun`, where Python needs one value (`if`, `float`, an index of a plain array,
            `x[mask]`) while there is one for each element.
        TypeError: if `in_axes` or `out_axes` names no axes.

    >>> import numpy as np
    >>> from tapegrad import grad, vmap
    >>> vmap(grad(lambda x: x**3))(np.array([1.0, 2.0, 3.0]))
    array([ 3., 12., 27.])
    >>> line = {"slope": np.array([1.0, 2.0]), "offset": 10.0}
    >>> vmap(lambda p, x: p["slope"] * x + p["offset"], in_axes=({"slope": 0, "offset": None}, None))(line, 3.0)
    array([13., 16.])
    >>> scales, rng = np.array([0.0, 1.0]), np.random.default_rng(0)
    >>> vmap(lambda scale, z: np.sum(scale * z))(scales, rng.normal(size=(2, 3))).shape
    (2,)
    """
    return Vmap(fun, in_axes, out_axes)

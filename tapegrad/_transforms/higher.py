"""Higher derivatives in forward mode: `derivative`, and the traces `laplacian` and `divergence`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._spec import Value
from tapegrad._transforms.batch import BlockFunction
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.blocks import Output
from tapegrad._transforms.directions import Stretch, check_chunk_size, stretches
from tapegrad._transforms.forward import push
from tapegrad._transforms.matrices import Argnums
from tapegrad._transforms.places import differentiated, positions_of
from tapegrad._transforms.point import Point
from tapegrad._transforms.reverse import described
from tapegrad._transforms.transform import Transform
from tapegrad._tree import LEAF, flatten, tree_map, unflatten
from tapegrad.errors import DomainError
from tapegrad.typing import R_, A, F, P, R, Ts, override


def _check_order(instance: object, attribute: Any, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"derivative: n is how often to differentiate, an int from 0 up, not {value!r}.")


@attrs.frozen(repr=False)
class Derivative(Transform):
    """What `derivative` makes."""

    word: ClassVar[str] = "derivative"
    n: int = attrs.field(default=1, validator=_check_order)

    @override
    def __call__(self, x: Any, /, **keywords: Any) -> Any:
        point = Point.of(self.word, self.f, (x,), keywords, (0,))
        if point.sources.structures[0][1] != LEAF or point.specs[0].shape or point.has_complex:
            raise DomainError(
                f"{self!r} needs one real number, but was given {described(x)}. For each number in an array: "
                "vmap(derivative(f)); for an argument of several numbers: jacobian(f)."
            )
        return self._nested(point, self.n, point.values)

    def _nested(self, point: Point, n: int, values: Sequence[Value]) -> Any:
        """Forward mode within forward mode, n levels deep."""
        if not n:
            return point.call(values)
        pushed = push(lambda duals: self._nested(point, n - 1, duals), values, [point.specs[0].ones()])
        return tree_map(pushed.tangent, pushed.out)


def derivative(fun: Callable[[A], R], /, n: int = 1) -> Callable[[A], R]:
    """The n-th derivative of a function of one real number. The function may return arrays, or trees of them.

    Forward mode in forward mode: its cost grows by a constant factor with each order. Keyword arguments are passed on.

    Raises:
        TypeError: at the call, for an argument that is not one real number. `vmap(derivative(f))` takes an array.

    >>> import numpy as np
    >>> from tapegrad import derivative, vmap
    >>> derivative(lambda x: x**4, n=3)(2.0)
    np.float64(48.0)
    >>> vmap(derivative(lambda x: x**3, 2))(np.array([1.0, 2.0]))
    array([ 6., 12.])
    """
    return Derivative(fun, n)


@attrs.frozen(repr=False)
class Trace(Transform):
    """A sum over all directions of the arguments, in forward mode."""

    argnums: int | tuple[int, ...] | None = None
    chunk_size: int | None = attrs.field(default=None, validator=check_chunk_size)

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        point = Point.of(self.word, self.f, args, keywords, positions_of(self.argnums, args, self))
        if point.has_complex:
            raise DomainError(f"{self!r}: an argument is complex. Differentiate in its real and imaginary parts.")
        total: list[Value] = []
        structure: Any = None
        for stretch in stretches(point.specs, self.chunk_size):
            level = Batching()
            try:
                structure, share = self.share(point, stretch, level)
            finally:
                level.open = False
            total = [x + y for x, y in zip(total, share, strict=True)] if total else share
        return unflatten(structure, total)

    def share(self, point: Point, stretch: Stretch, level: Batching) -> tuple[Any, list[Value]]:
        """What a stretch of directions, carried by `level`, adds to the sum: its structure and its leaves."""
        raise NotImplementedError


@attrs.frozen(repr=False)
class Laplacian(Trace):
    """What `laplacian` makes."""

    word: ClassVar[str] = "laplacian"

    @override
    def share(self, point: Point, stretch: Stretch, level: Batching) -> tuple[Any, list[Value]]:
        basis = stretch.basis(point.specs, level)

        def slopes(values: Sequence[Value]) -> Any:
            pushed = push(point.call, values, basis)
            output = Output.of(pushed.out, point)
            return unflatten(output.structure, [pushed.tangent(leaf) for leaf in output.leaves])

        pushed = push(slopes, point.values, basis)
        leaves, structure = flatten(pushed.out)
        return structure, [np.sum(stretch.gathered(pushed.tangent(leaf), level), 0) for leaf in leaves]


def laplacian(
    fun: Callable[P, R], /, *, argnums: Argnums | None = None, chunk_size: int | None = None
) -> Callable[P, R]:
    """The sum of the second derivatives of `fun` in every element of its arguments: the trace of the Hessian.

    The function may return a number, an array or a tree of them: there is a Laplacian for each element. No Hessian is
    made: all directions go through one run, as a batch, with two tangents each.

    Args:
        fun: a function of floating numbers, arrays, or trees of them.
        argnums: which positional arguments to differentiate in, as for `grad`.
        chunk_size: how many directions go in one batch, with one run for each batch; by default all.

    Raises:
        TypeError: at the call, for arguments that `grad` refuses, and complex ones.

    >>> import numpy as np
    >>> from tapegrad import laplacian
    >>> laplacian(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    np.float64(18.0)
    """
    return Laplacian(fun, differentiated(argnums), chunk_size)


@attrs.frozen(repr=False)
class Divergence(Trace):
    """What `divergence` makes."""

    word: ClassVar[str] = "divergence"

    @override
    def share(self, point: Point, stretch: Stretch, level: Batching) -> tuple[Any, list[Value]]:
        basis = stretch.basis(point.specs, level)
        pushed = push(point.call, point.values, basis)
        output = Output.of(pushed.out, point)
        trees = point.sources.trees(point.values)
        single = len(point.args) == 1 if self.argnums is None else isinstance(self.argnums, int)
        _, structure = flatten(trees[0] if single else tuple(trees))
        shapes = [leaf.shape for leaf in output.leaves]
        if output.structure != structure or shapes != [spec.shape for spec in point.specs]:
            raise DomainError(
                f"divergence needs {self.__name__} to return a field, of the structure and shapes of its argument "
                f"(shapes {[spec.shape for spec in point.specs]}), but its output has shapes {shapes}."
            )
        total: Any = 0.0
        for leaf, ones in zip(output.leaves, basis, strict=True):
            if ones is not None:  # each direction with its own component alone: others may be infinite
                total = total + np.sum(stretch.gathered(pushed.tangent(leaf), level)[np.nonzero(ones.primal)])
        return LEAF, [total]


@overload
def divergence(
    fun: Callable[P, NDArray[F]], /, *, argnums: Argnums | None = None, chunk_size: int | None = None
) -> Callable[P, F]: ...
@overload
def divergence(
    fun: Callable[[*Ts], R_], /, *, argnums: None = None, chunk_size: int | None = None
) -> BlockFunction[*Ts]: ...
def divergence(
    fun: Callable[..., Any], /, *, argnums: Argnums | None = None, chunk_size: int | None = None
) -> Callable[..., Any]:
    """The sum over all elements of how each element of a field changes with the same one of its argument.

    It is the trace of the Jacobian, which is not kept: all directions go through one run, as a batch. The
    function returns what has the structure and shapes of its argument; of several, a tuple.

    Args:
        fun: a function of floating numbers, arrays, or trees of them.
        argnums: which positional arguments to differentiate in, as for `grad`.
        chunk_size: how many directions go in one batch, with one run for each batch; by default all.

    Raises:
        TypeError: at the call, if argument and output differ in structure or shapes; for arguments that `grad`
            refuses, and complex ones.

    >>> import numpy as np
    >>> from tapegrad import divergence
    >>> divergence(lambda x: x**2)(np.array([1.0, 2.0]))
    np.float64(6.0)
    """
    return Divergence(fun, differentiated(argnums), chunk_size)

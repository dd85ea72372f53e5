"""Jacobians: `jacobian`, `jacfwd`, `jacrev`. All directions go through one sweep, as a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, overload

from numpy.typing import NDArray

from tapegrad._transforms.batch import BlockFunction
from tapegrad._transforms.jacobians import ForwardJacobian, Jacobian, ReverseJacobian
from tapegrad._transforms.places import differentiated
from tapegrad.typing import R_, A, F, P, Scalar, Ts

Argnums: TypeAlias = int | tuple[int, ...] | list[int]


class JacobianOf(Protocol):
    """The types of `jacobian`, `jacfwd` and `jacrev`: an array of floats gives one; what has blocks gives Any."""

    @overload
    def __call__(
        self,
        fun: Callable[[NDArray[F]], Scalar],
        /,
        *,
        argnums: None = None,
        chunk_size: int | None = None,
        holomorphic: bool = False,
    ) -> Callable[[NDArray[F]], NDArray[F]]: ...
    @overload
    def __call__(
        self,
        fun: Callable[[float], float],
        /,
        *,
        argnums: None = None,
        chunk_size: int | None = None,
        holomorphic: bool = False,
    ) -> Callable[[float], float]: ...
    @overload
    def __call__(
        self,
        fun: Callable[[float], NDArray[F]],
        /,
        *,
        argnums: None = None,
        chunk_size: int | None = None,
        holomorphic: bool = False,
    ) -> Callable[[float], NDArray[F]]: ...
    @overload
    def __call__(
        self,
        fun: Callable[[NDArray[F], NDArray[F]], Scalar],
        /,
        *,
        argnums: None = None,
        chunk_size: int | None = None,
        holomorphic: bool = False,
    ) -> Callable[[NDArray[F], NDArray[F]], tuple[NDArray[F], NDArray[F]]]: ...
    @overload
    def __call__(
        self,
        fun: Callable[[A], NDArray[Any]],
        /,
        *,
        argnums: None = None,
        chunk_size: int | None = None,
        holomorphic: bool = False,
    ) -> Callable[[A], A]: ...
    @overload
    def __call__(
        self,
        fun: Callable[[*Ts], R_],
        /,
        *,
        argnums: None = None,
        chunk_size: int | None = None,
        holomorphic: bool = False,
    ) -> BlockFunction[*Ts]: ...
    @overload
    def __call__(
        self,
        fun: Callable[P, Any],
        /,
        *,
        argnums: Argnums,
        chunk_size: int | None = None,
        holomorphic: bool = False,
    ) -> Callable[P, Any]: ...


def _typed(function: Callable[..., Any]) -> JacobianOf:
    return function


@_typed
def jacobian(
    fun: Callable[..., Any],
    /,
    *,
    argnums: Argnums | None = None,
    chunk_size: int | None = None,
    holomorphic: bool = False,
) -> Callable[..., Any]:
    """The Jacobian: how every output changes with every element of every positional argument.

    For an array x and an array output, `jacobian(f)(x)` has the shape `f(x).shape + x.shape` and the dtype of x (a
    complex one where the output is complex). For trees, there is a tree like the argument in place of each leaf of
    the output; for several arguments, a tuple of these. A number counts as an array with no axes. An output that does
    not depend on an argument has a zero block; integers depend on nothing.

    The function is recorded. Where it has at most as many outputs as inputs, all rows are swept back as one batch;
    where it has more, it runs again, with tangents for all columns as one batch. `jacrev` and `jacfwd` do the one or
    the other.

    Args:
        fun: a function of floating or complex numbers, arrays, or trees of them, that returns the same.
        argnums: which positional arguments to differentiate in, as for `grad`: an int gives one block, a tuple a tuple.
        chunk_size: how many directions go in one batch; by default all. It bounds the memory: intermediate values
            take that many times what they take in one run. Where these are large, batches that fit into the
            processor's cache are faster, too.
        holomorphic: arguments and outputs are complex, and the function is complex differentiable: the blocks are
            its complex derivatives. Without it, a real function of complex arguments has the gradient
            of each output in its rows, in the convention of `grad`; a complex function of real arguments goes forward.

    Raises:
        TypeError: at the call, if a differentiated argument or an output holds anything but numbers; if both are
            complex and `holomorphic` is not said.

    >>> import numpy as np
    >>> from tapegrad import jacobian
    >>> jacobian(lambda x: x[1:] * x[:-1])(np.array([1.0, 2.0, 3.0]))
    array([[2., 1., 0.],
           [0., 3., 2.]])
    >>> jacobian(lambda x, y: {"sum": x + y, "product": x * y})(2.0, 3.0)["product"]
    (np.float64(3.0), np.float64(2.0))
    """
    return Jacobian(fun, differentiated(argnums), chunk_size, holomorphic)


@_typed
def jacfwd(
    fun: Callable[..., Any],
    /,
    *,
    argnums: Argnums | None = None,
    chunk_size: int | None = None,
    holomorphic: bool = False,
) -> Callable[..., Any]:
    """The Jacobian, column by column: forward mode, with a tangent for each element of the arguments.

    For functions with more outputs than inputs, and for complex outputs of real arguments. All tangents go through one
    run of the function as a batch; with `chunk_size`, it runs once for so many. Everything else is as for `jacobian`.

    >>> import numpy as np
    >>> from tapegrad import jacfwd
    >>> jacfwd(lambda t: np.stack([np.cos(t), np.sin(t)]))(0.0)
    array([-0.,  1.])
    """
    return ForwardJacobian(fun, differentiated(argnums), chunk_size, holomorphic)


@_typed
def jacrev(
    fun: Callable[..., Any],
    /,
    *,
    argnums: Argnums | None = None,
    chunk_size: int | None = None,
    holomorphic: bool = False,
) -> Callable[..., Any]:
    """The Jacobian, row by row: reverse mode, with a cotangent for each element of the output.

    For functions with fewer outputs than inputs. The function runs once; all cotangents are swept back as a batch, or
    `chunk_size` of them at a time. Everything else is as for `jacobian`.

    >>> import numpy as np
    >>> from tapegrad import jacrev
    >>> jacrev(lambda x: np.stack([x.sum(), x[0] * x[1]]))(np.array([1.0, 2.0, 3.0]))
    array([[1., 1., 1.],
           [2., 1., 0.]])
    """
    return ReverseJacobian(fun, differentiated(argnums), chunk_size, holomorphic)

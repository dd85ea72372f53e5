"""Second derivatives: `hessian`, and its products `hvp` and `ggnvp`, which never make it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, overload

import attrs
from numpy.typing import NDArray

from tapegrad._spec import several
from tapegrad._transforms.batch import BlockFunction
from tapegrad._transforms.forward import push_along
from tapegrad._transforms.jacobians import Blocks, Jacobian
from tapegrad._transforms.matrices import Argnums
from tapegrad._transforms.places import differentiated
from tapegrad._transforms.point import Point
from tapegrad._transforms.reverse import Gradient
from tapegrad._transforms.vjp import vjp
from tapegrad.errors import DomainError
from tapegrad.typing import R_, A, B, F, P, Scalar, Scalar_, Ts, override


@attrs.frozen(repr=False)
class Hessian(Jacobian):
    """What `hessian` makes."""

    word: ClassVar[str] = "hessian"

    @override
    def evaluate(self, point: Point) -> Blocks:
        if point.has_complex:
            raise DomainError(
                f"hessian of {point.name}: an argument is complex. Differentiate in its real and imaginary parts. The "
                "second derivative of a holomorphic f is jacobian(jacobian(f, holomorphic=True), holomorphic=True)."
            )
        return self.forward(attrs.evolve(point, f=_Slope(self.f, self.argnums)))


@attrs.frozen(repr=False)
class _Slope(Gradient):
    """The gradient, where the user asked for something else."""

    word: ClassVar[str] = "hessian"


@overload
def hessian(
    fun: Callable[[NDArray[F]], Scalar], /, *, argnums: None = None, chunk_size: int | None = None
) -> Callable[[NDArray[F]], NDArray[F]]: ...
@overload
def hessian(
    fun: Callable[[float], Scalar], /, *, argnums: None = None, chunk_size: int | None = None
) -> Callable[[float], float]: ...
@overload
def hessian(
    fun: Callable[[NDArray[F], NDArray[F]], Scalar], /, *, argnums: None = None, chunk_size: int | None = None
) -> Callable[[NDArray[F], NDArray[F]], tuple[tuple[NDArray[F], NDArray[F]], tuple[NDArray[F], NDArray[F]]]]: ...
@overload
def hessian(
    fun: Callable[[*Ts], Scalar_], /, *, argnums: None = None, chunk_size: int | None = None
) -> BlockFunction[*Ts]: ...
@overload
def hessian(fun: Callable[P, Scalar], /, *, argnums: Argnums, chunk_size: int | None = None) -> Callable[P, Any]: ...
def hessian(
    fun: Callable[..., Any], /, *, argnums: Argnums | None = None, chunk_size: int | None = None
) -> Callable[..., Any]:
    """The second derivatives of a scalar function in all pairs of elements of its positional arguments.

    It is the Jacobian of the gradient, and has its blocks: for an array x, `hessian(f)(x)` has the shape
    `x.shape + x.shape`; for several arguments, `hessian(f)(x, y)[i][j]` belongs to the arguments i and j; for trees,
    there is a tree like the argument in place of each leaf of the argument.

    Forward over reverse: `fun` runs once, on values with a batch of tangents, one for each element.

    Args:
        fun: a function of floating numbers, arrays, or trees of them, that returns a real scalar.
        argnums: which positional arguments to differentiate in, as for `grad`.
        chunk_size: how many columns go in one batch, with one run for each batch; by default all.

    Raises:
        TypeError: at the call, for what `grad` refuses, and for complex arguments.

    >>> import numpy as np
    >>> from tapegrad import hessian
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return Hessian(fun, differentiated(argnums), chunk_size)


@overload
def hvp(fun: Callable[[*Ts], Scalar], primals: tuple[*Ts], tangents: tuple[*Ts], /) -> tuple[*Ts]: ...
@overload
def hvp(fun: Callable[[A], Scalar], primals: A, tangents: A, /) -> A: ...
def hvp(fun: Callable[..., Any], primals: Any, tangents: Any, /) -> Any:
    """The product of the Hessian of a scalar function at `primals` with a vector `tangents`, without the Hessian.

    `hvp(f, x, v)` for a function of one argument; `hvp(f, (x, y), (v, w))` for one of several, which gives a tuple: a
    tuple holds the arguments. Each product has the structure, shapes and dtypes of its argument.

    It costs a few times the gradient. For many products at one point, record the gradient once:
    `_, product = linearize(grad(f), x)`.

    Raises:
        TypeError: for what `grad` refuses; if tangents and primals differ in number or structure.
        ValueError: if they differ in shape.

    >>> import numpy as np
    >>> from tapegrad import hvp
    >>> hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    are_several, points, directions = _arguments(primals, tangents)
    product = push_along("hvp", Gradient(fun), points, directions)[1]
    return (product,) if are_several and len(points) == 1 else product


@overload
def ggnvp(
    model: Callable[[*Ts], R_], loss: Callable[[R_], Scalar], primals: tuple[*Ts], tangents: tuple[*Ts], /
) -> tuple[*Ts]: ...
@overload
def ggnvp(model: Callable[[A], B], loss: Callable[[B], Scalar], primals: A, tangents: A, /) -> A: ...
def ggnvp(model: Callable[..., Any], loss: Callable[..., Any], primals: Any, tangents: Any, /) -> Any:
    """The product of the generalised Gauss-Newton matrix of `loss(model(primals))` with a vector `tangents`.

    The matrix is Jᵀ H J, with J the Jacobian of the model and H the Hessian of the loss in the model's output: the
    Hessian of the whole without the curvature of the model. It is positive semidefinite where the loss is convex. For
    least squares, the loss is `lambda r: 0.5 * np.sum(r**2)`, and the matrix Jᵀ J.

    Arguments and result are as for `hvp`. (N. N. Schraudolph, Fast curvature matrix-vector products for second-order
    gradient descent, Neural Computation 14, 2002.)

    >>> import numpy as np
    >>> from tapegrad import ggnvp
    >>> ggnvp(np.exp, lambda r: 0.5 * np.sum(r**2), np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    array([1., 0.])
    """
    are_several, points, directions = _arguments(primals, tangents)
    out, change = push_along("ggnvp", model, points, directions)
    _, pull = vjp(model, *points)
    _, curved = push_along("ggnvp", Gradient(loss), (out,), (change,))
    products: tuple[Any, ...] = pull(curved)
    return products if are_several else products[0]


def _arguments(primals: Any, tangents: Any) -> tuple[bool, tuple[Any, ...], tuple[Any, ...]]:
    """Whether there are several arguments: what is exactly a tuple holds them (a named tuple is one argument)."""
    if type(primals) is several and type(tangents) is several:
        return True, primals, tangents
    return False, (primals,), (tangents,)

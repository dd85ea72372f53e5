"""Jacobians and Hessians that are mostly zeros, as SciPy's sparse arrays, from a few sweeps.

Differences, meshes, chains, sums of terms of a few variables each: their derivatives have millions of entries, of which
nearly all are 0 at every point. One run of the function finds which are not. Columns that have no row in common then
share a sweep: a tridiagonal Jacobian takes 3, whatever its size.

>>> import numpy as np
>>> from tapegrad.sparse import jacobian_sparsity, sparse_jacobian
>>> def f(x):
...     return x[1:] ** 2 - x[:-1]
>>> sparse_jacobian(f)(np.arange(4.0)).toarray()
array([[-1.,  2.,  0.,  0.],
       [ 0., -1.,  4.,  0.],
       [ 0.,  0., -1.,  6.]])

For many points, find the sparsity once:

>>> jac = sparse_jacobian(f, sparsity=jacobian_sparsity(f)(np.arange(4.0)))
>>> jac.sweeps
2
>>> jac(np.ones(4)).data
array([-1.,  2., -1.,  2., -1.,  2.])

SciPy is an extra: `python -m pip install 'tapegrad[scipy]'`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._sparse.derivatives import HessianSparsity, JacobianSparsity, SparseHessian, SparseJacobian
from tapegrad.typing import F, P, Scalar, ScalarOutput

if TYPE_CHECKING:
    from scipy.sparse import csr_array, sparray, spmatrix
    from typing_extensions import TypeVar

    S = TypeVar("S", bound=np.inexact[Any], default=Any)
    S_co = TypeVar("S_co", bound=np.inexact[Any], covariant=True)
    Matrix: TypeAlias = sparray[Any, tuple[int, int]] | spmatrix[Any] | NDArray[np.number[Any] | np.bool]

else:
    from typing import TypeVar

    S_co = TypeVar("S_co", covariant=True)

__all__ = ["SparseFunction", "hessian_sparsity", "jacobian_sparsity", "sparse_hessian", "sparse_jacobian"]


class SparseFunction(Protocol[S_co, P]):
    """A function that gives a derivative of another as a sparse matrix: what `sparse_jacobian` makes."""

    @property
    def sweeps(self) -> int | None:
        """How many sweeps a call takes, without that of the check; None where the sparsity is found at each call."""
        ...

    def __call__(self, *args: P.args, **keywords: P.kwargs) -> csr_array[S_co, tuple[int, int]]:
        """The matrix."""
        ...

    def entries(self, *args: P.args, **keywords: P.kwargs) -> NDArray[S_co]:
        """Its entries alone, in the order of its `data`. They can be differentiated and batched; the matrix cannot.

        >>> import numpy as np
        >>> from tapegrad import grad
        >>> from tapegrad.sparse import sparse_jacobian
        >>> jac = sparse_jacobian(lambda x: x**3)
        >>> grad(lambda x: np.sum(jac.entries(x)))(np.array([1.0, 2.0]))  # of 3 x**2
        array([ 6., 12.])
        """
        ...


def jacobian_sparsity(fun: Callable[P, NDArray[Any] | Scalar], /) -> Callable[P, csr_array[np.bool, tuple[int, int]]]:
    """Which entries of the Jacobian of `fun` can differ from 0, as a boolean matrix; from one run of `fun`.

    Args:
        fun: a function of a real array of any shape, that returns one. The matrix has a row for each element of the
            output and a column for each of the first argument, in the order of `ravel`. Other arguments are passed on.

    It holds at other points too: both sides of a `np.where` are in it, all that a `np.max` is taken of, all of a line
    that is sorted. Only Python's branches (`if x[0] > 0`) and positions (`x[i]`, also where i comes from `np.argsort`)
    must be the same there. Where an operation is not seen through exactly (functions of a matrix, positions along an
    axis), its result depends on all of its argument: entries too many cost sweeps, and no accuracy.

    Raises:
        TypeError: if the first argument is no real array, or `fun` returns anything but an array.
        BatchError: under `vmap`, if the first argument is batched: a pattern is no number.
        MemoryError: if it is not sparse: some operation gives more than 2**28 entries.

    >>> import numpy as np
    >>> from tapegrad.sparse import jacobian_sparsity
    >>> jacobian_sparsity(lambda x: np.diff(x) ** 2)(np.zeros(4)).toarray().astype(int)
    array([[1, 1, 0, 0],
           [0, 1, 1, 0],
           [0, 0, 1, 1]])
    """
    return JacobianSparsity(fun)


def hessian_sparsity(fun: Callable[P, ScalarOutput], /) -> Callable[P, csr_array[np.bool, tuple[int, int]]]:
    """Which entries of the Hessian of `fun` can differ from 0, as a symmetric boolean matrix: see `jacobian_sparsity`.

    `fun` takes a real array of any shape first, and returns a real scalar.

    >>> import numpy as np
    >>> from tapegrad.sparse import hessian_sparsity
    >>> hessian_sparsity(lambda x: x[0] * x[1] + np.sum(x))(np.ones(3)).toarray().astype(int)
    array([[0, 1, 0],
           [1, 0, 0],
           [0, 0, 0]])
    """
    return HessianSparsity(fun)


@overload
def sparse_jacobian(
    fun: Callable[P, NDArray[S]], /, sparsity: Matrix | None = None, *, check: bool = True
) -> SparseFunction[S, P]: ...
@overload
def sparse_jacobian(
    fun: Callable[P, S], /, sparsity: Matrix | None = None, *, check: bool = True
) -> SparseFunction[S, P]: ...
def sparse_jacobian(
    fun: Callable[..., Any], /, sparsity: Any = None, *, check: bool = True
) -> SparseFunction[Any, ...]:
    """The Jacobian of `fun` as a sparse array, from one batched sweep for all columns, or rows, that share none.

    Columns are coloured so that no two of one colour have a row in common, rows so that no two have a column in common;
    the fewer colours decide between forward and reverse mode. All colours go through `fun` at once, under `vmap`.

    Args:
        fun: a function of a real array, that returns one; of any shape, see `jacobian_sparsity`. Other arguments are
            passed on. A complex output has a complex Jacobian.
        sparsity: where the Jacobian may differ from 0: a sparse array (what it stores) or a dense one (where it is not
            0). It is coloured here, once. By default it is found at each call, by one more run of `fun`.
        check: compare with the derivative in a random direction, one sweep more: what the sparsity lacks would go into
            other entries.

    Returns:
        A function that gives a `scipy.sparse.csr_array` of shape (outputs, inputs), in the precision of `fun`. It
        stores the whole of the sparsity, also what happens to be 0.

    Raises:
        ValueError: if the sparsity given has not the shape of the Jacobian; if it lacks entries (`check`).
        TypeError: if the first argument is no real array, `fun` returns anything but an array, or the entries are
            themselves differentiated or batched: see `SparseFunction.entries`.

    >>> import numpy as np
    >>> from tapegrad.sparse import jacobian_sparsity, sparse_jacobian
    >>> def f(x):
    ...     return np.diff(x) ** 2
    >>> sparse_jacobian(f)(np.array([1.0, 2.0, 4.0])).toarray()
    array([[-2.,  2.,  0.],
           [ 0., -4.,  4.]])
    >>> x = np.linspace(0.0, 1.0, 10_000)
    >>> sparse_jacobian(f, jacobian_sparsity(f)(x)).sweeps
    2
    """
    return SparseJacobian(fun, sparsity, check=check)


def sparse_hessian(
    fun: Callable[Concatenate[NDArray[F], P], ScalarOutput], /, sparsity: Matrix | None = None, *, check: bool = True
) -> SparseFunction[F, Concatenate[NDArray[F], P]]:
    """The Hessian of `fun` as a sparse array, exactly symmetric, from few Hessian-vector products in one batch.

    Columns are coloured so that of each pair of entries (i, j) and (j, i) one can be read off (star colouring: Coleman
    and Moré 1984). Where all depends on one variable, a full row and column, that takes few products too.

    Args:
        fun: a function of a real array of any shape, that returns a real scalar. Other arguments are passed on.
        sparsity: as in `sparse_jacobian`; one triangle is enough.
        check: as in `sparse_jacobian`.

    Returns:
        A function that gives a `scipy.sparse.csr_array` of shape (inputs, inputs).

    Raises:
        ValueError: if the sparsity given has not the shape of the Hessian; if it lacks entries (`check`).
        TypeError: as in `sparse_jacobian`.

    >>> import numpy as np
    >>> from tapegrad.sparse import hessian_sparsity, sparse_hessian
    >>> def rosenbrock(x):
    ...     return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    >>> sparse_hessian(rosenbrock)(np.ones(3)).toarray()
    array([[ 802., -400.,    0.],
           [-400., 1002., -400.],
           [   0., -400.,  200.]])
    """
    return SparseHessian(fun, sparsity, check=check)

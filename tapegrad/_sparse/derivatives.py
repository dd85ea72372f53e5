"""What the functions of `tapegrad.sparse` make."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, ClassVar

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import is_variable, plain_value
from tapegrad._place import user_line
from tapegrad._sparse.calls import Call, direction
from tapegrad._sparse.matrices import matrix_of, pattern_of
from tapegrad._sparse.pattern import Pattern, union
from tapegrad._sparse.plan import Plan
from tapegrad._transforms.grad import grad
from tapegrad._transforms.transform import Transform
from tapegrad.errors import DomainError
from tapegrad.typing import override

gradient_of: Any = grad
"""For a function of which no more is known."""


def tolerance(dtype: np.dtype[Any]) -> float:
    """How far two computations of a product may differ: much more than by rounding, much less than by an entry."""
    return float(np.finfo(dtype).eps ** 0.25)


def _product(plan: Plan, data: NDArray[Any], v: NDArray[Any]) -> NDArray[Any]:
    """The product of the matrix with this data and a direction, from the side from which the sweeps come."""
    matrix = matrix_of(plan.pattern, data)
    product: NDArray[Any] = (matrix if plan.forward else matrix.T) @ v
    return product


@attrs.frozen(repr=False)
class JacobianSparsity(Transform):
    """What `jacobian_sparsity` makes."""

    word: ClassVar[str] = "jacobian_sparsity"

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        pattern, _ = Call.of(self, self.f, args, keywords).pattern()
        return matrix_of(pattern, np.ones(pattern.entries.size, bool))


@attrs.frozen(repr=False)
class HessianSparsity(Transform):
    """What `hessian_sparsity` makes."""

    word: ClassVar[str] = "hessian_sparsity"

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        pattern, _ = Call.of(self, gradient_of(self.f, argnums=0), args, keywords).pattern()
        pattern = union([pattern, pattern.transposed()])
        return matrix_of(pattern, np.ones(pattern.entries.size, bool))


def _given(sparsity: Any) -> Pattern:
    return sparsity.pattern if isinstance(sparsity, Plan) else pattern_of(sparsity)


def _jacobian_plan(sparsity: Any) -> Plan | None:
    return None if sparsity is None else Plan.of_jacobian(_given(sparsity))


def _hessian_plan(sparsity: Any) -> Plan | None:
    return None if sparsity is None else Plan.of_hessian(_given(sparsity))


@attrs.frozen(repr=False)
class SparseDerivative(Transform):
    """A function that gives a derivative as a sparse matrix."""

    sparsity: Plan | None = None
    check: bool = attrs.field(default=True, kw_only=True)

    @property
    def sweeps(self) -> int | None:
        """How many sweeps a call takes, where the sparsity is given; one more with `check`."""
        return None if self.sparsity is None else self.sparsity.sweeps

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        plan, data = self._evaluate(args, keywords)
        if is_variable(data):
            raise DomainError(
                f"{self!r} at {user_line()}: under another transform the entries are {data.state} values, and a SciPy "
                "array holds plain numbers alone. The entries themselves, in the order of its .data, are .entries(x)."
            )
        return matrix_of(plan.pattern, data)

    def entries(self, *args: Any, **keywords: Any) -> Any:
        """The entries alone, in the order of the sparse array's `data`: they can be differentiated and batched."""
        return self._evaluate(args, keywords)[1]

    def _evaluate(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Plan, Any]:
        call = Call.of(self, self._differentiated(), args, keywords)
        plan, values = call.swept(self.sparsity or self._found(call), self.check)
        if self.check:
            self._compare(plan, plain_value(values))
        return plan, values[plan.sweep, plan.place]

    def _compare(self, plan: Plan, values: NDArray[Any]) -> None:
        """Whether the matrix and the function agree in a random direction."""
        v = direction(plan).astype(values.dtype)
        for swept in values.reshape(prod(values.shape[:-2]), *values.shape[-2:]):  # those of a batch
            data, direct = swept[plan.sweep, plan.place], swept[-1]
            product, size = _product(plan, data, v), _product(plan, np.abs(data), np.abs(v)) + np.abs(direct)
            agree = np.abs(product - direct) <= tolerance(values.dtype) * size
            wrong = np.flatnonzero(~agree & (np.isfinite(product) | np.isfinite(direct)))
            if wrong.size:
                line = f"{'row' if plan.forward else 'column'} {wrong[0]}"
                raise ValueError(
                    f"{self!r}: the sparsity lacks entries that the derivative has here, in {line} and "
                    f"{wrong.size - 1} others: the matrix would be wrong there. {self._advice()}"
                )

    def _advice(self) -> str:
        if self.sparsity is None:
            return (
                f"An operation in {self.__name__} has a derivative that is not that of its computation. Give the "
                "sparsity yourself, sparsity=, or use tapegrad.jacobian."
            )
        return (
            f"A sparsity holds where {self.__name__} takes the same branches and reads at the same positions. Find it "
            "at this point, or leave sparsity= out."
        )

    def _differentiated(self) -> Callable[..., Any]:
        return self.f

    def _found(self, call: Call) -> Plan:
        raise NotImplementedError


@attrs.frozen(repr=False)
class SparseJacobian(SparseDerivative):
    """What `sparse_jacobian` makes."""

    word: ClassVar[str] = "sparse_jacobian"
    sparsity: Plan | None = attrs.field(default=None, converter=_jacobian_plan)

    @override
    def _found(self, call: Call) -> Plan:
        pattern, is_complex = call.pattern()
        return Plan.by_columns(pattern) if is_complex else Plan.of_jacobian(pattern)


@attrs.frozen(repr=False)
class SparseHessian(SparseDerivative):
    """What `sparse_hessian` makes."""

    word: ClassVar[str] = "sparse_hessian"
    sparsity: Plan | None = attrs.field(default=None, converter=_hessian_plan)

    @override
    def _differentiated(self) -> Callable[..., Any]:
        gradient: Callable[..., Any] = gradient_of(self.f, argnums=0)
        return gradient

    @override
    def _found(self, call: Call) -> Plan:
        return Plan.of_hessian(call.pattern()[0])

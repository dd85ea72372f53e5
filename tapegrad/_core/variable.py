"""The value that flows through the user's code: it looks like an array, and it knows no operation itself.

Operators and methods are entered in the class by the rules, NumPy's functions in the tables; here is what needs no
rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import prod
from types import EllipsisType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NoReturn, Protocol, TypeAlias, TypeGuard, overload

import attrs
import numpy as np
from numpy.typing import DTypeLike, NDArray

from tapegrad._config import alive
from tapegrad._core.primitive import Primitive
from tapegrad._core.refusals import (
    PLAIN_ARRAY,
    assignment_error,
    conversion_error,
    missing_method,
    missing_rule,
    unhashable,
)
from tapegrad._core.tables import FUNCTIONS, find_ufunc
from tapegrad._place import user_line
from tapegrad._values import read_only
from tapegrad.errors import SealedTapeError
from tapegrad.typing import ArrT, Axis, Inexact, Number, S, T, T_co, override

_BasicEntry: TypeAlias = "slice[Any, Any, Any] | EllipsisType | NDArray[Any] | None"
BasicIndex: TypeAlias = "_BasicEntry | tuple[_BasicEntry, ...]"

if TYPE_CHECKING:
    # One declaration for all operators of a kind: checkers follow descriptors when they look an operator up. At run
    # time the rules enter functions.

    class BoundArithmetic(Protocol[T_co]):
        @overload
        def __call__(self: BoundArithmetic[ArrT], other: Variable[float] | float, /) -> Variable[ArrT]: ...
        @overload
        def __call__(
            self: BoundArithmetic[NDArray[S]], other: Variable[NDArray[S]] | NDArray[S], /
        ) -> Variable[NDArray[S]]: ...
        @overload
        def __call__(self: BoundArithmetic[Inexact], other: Variable[Number] | Number, /) -> Variable[Inexact]: ...
        @overload
        def __call__(self: BoundArithmetic[float], other: Variable[float] | float, /) -> Variable[np.float64]: ...
        @overload
        def __call__(self: BoundArithmetic[float], other: Variable[ArrT] | ArrT, /) -> Variable[ArrT]: ...

    class Arithmetic(Protocol):
        def __get__(self, obj: Variable[T], owner: type[Any] | None = None, /) -> BoundArithmetic[T]: ...

    class Comparison(Protocol):
        def __call__(self, other: Variable[Any] | Number | float, /) -> NDArray[np.bool]: ...

    class Rounded(Protocol):
        def __call__(self, other: Variable[Any] | Number | float, /) -> Any: ...  # a constant

    class BoundReduction(Protocol[T_co]):
        @overload
        def __call__(
            self: BoundReduction[NDArray[S]], axis: None = None, *, keepdims: Literal[False] = False
        ) -> Variable[S]: ...
        @overload
        def __call__(
            self: BoundReduction[NDArray[S]], axis: Axis, *, keepdims: Literal[False] = False
        ) -> Variable[NDArray[S]]: ...
        @overload
        def __call__(
            self: BoundReduction[ArrT], axis: Axis | None = None, *, keepdims: Literal[True]
        ) -> Variable[ArrT]: ...

    class Reduction(Protocol):
        def __get__(self, obj: Variable[T], owner: type[Any] | None = None, /) -> BoundReduction[T]: ...


class Level(Protocol):
    """An interpreter of primitives: a tape, forward mode, a batch. The one opened last lies furthest in."""

    @property
    def rank(self) -> int:
        """Larger than the rank of every level further out."""
        ...

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        """Apply `primitive` to `args`, at least one of which is a Variable of this level."""
        ...


@attrs.define(eq=False, repr=False, init=False, weakref_slot=False)
class Variable(Generic[T_co]):
    """A value at a level: on a tape, with a tangent, or standing for a batch.

    Use it as the array that it stands for: operators, NumPy's functions and the array's methods work, and give
    Variables again. It cannot be changed, and it holds no gradient. What would lose the gradient (`float(x)`,
    `np.asarray(x)`, `buffer[i] = x`, `x[i] = v`) raises, and says what to write instead.
    """

    primal: Any
    """The value one level out."""
    level: Any
    """The Level that it belongs to."""
    state: ClassVar[str] = "differentiated"
    """What messages say that it is."""
    abstract: ClassVar[bool] = False
    """Whether it stands for any value, so that none is shown."""

    @property
    def value(self) -> T_co:
        """The value one level out, read-only: a constant here; under nested transforms, a Variable of the next one."""
        value: T_co = read_only(self.primal)
        return value

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        shape: tuple[int, ...] = self.primal.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        dtype: np.dtype[Any] = self.primal.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    @property
    def itemsize(self) -> int:
        """The bytes of one element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return self.size * self.dtype.itemsize

    @property
    def device(self) -> str:
        """Where its values are: there is only the one."""
        return "cpu"

    @property
    def name(self) -> str:
        """The name that it was watched under, or an empty string."""
        return ""

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a Variable with no axes")
        return self.shape[0]

    def __iter__(self) -> Iterator[Variable[Any]]:
        if not self.shape:
            raise TypeError("iteration over a Variable with no axes")
        return (self[i] for i in range(self.shape[0]))

    def __bool__(self) -> bool:
        return bool(self.primal)

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    @override
    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        return f"Variable({_text(self.primal, 'Variable(')}{name})"

    @override
    def __str__(self) -> str:
        return str(self.primal)

    @override
    def __format__(self, spec: str, /) -> str:
        return format(self.primal, spec)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        function = find_ufunc(ufunc, method)
        if function is None:
            raise missing_rule(ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}", self.state)
        return function(*inputs, **keywords)

    def __array_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...], keywords: dict[str, Any], /
    ) -> Any:
        function = FUNCTIONS.get(func)
        if function is None:
            raise missing_rule(f"{func.__module__}.{func.__name__}", self.state)
        return function(*args, **keywords)

    def seen(self) -> Any:
        """A value one level out that it may have, for checks."""
        return self.primal

    def known(self) -> Any:
        """Its value one level out, where that can be told."""
        return self.primal

    def lost(self, what: str, remedy: str) -> TypeError:
        """The error for a conversion that would lose the gradient."""
        return conversion_error(what, remedy)

    if TYPE_CHECKING:
        __hash__: ClassVar[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride]  # == compares elements, as ndarray's does
        __add__: ClassVar[Arithmetic]
        __radd__: ClassVar[Arithmetic]
        __sub__: ClassVar[Arithmetic]
        __rsub__: ClassVar[Arithmetic]
        __mul__: ClassVar[Arithmetic]
        __rmul__: ClassVar[Arithmetic]
        __truediv__: ClassVar[Arithmetic]
        __rtruediv__: ClassVar[Arithmetic]
        __pow__: ClassVar[Arithmetic]
        __rpow__: ClassVar[Arithmetic]
        __floordiv__: ClassVar[Rounded]
        __rfloordiv__: ClassVar[Rounded]
        __mod__: ClassVar[Arithmetic]
        __rmod__: ClassVar[Arithmetic]
        __lt__: ClassVar[Comparison]
        __le__: ClassVar[Comparison]
        __gt__: ClassVar[Comparison]
        __ge__: ClassVar[Comparison]
        sum: ClassVar[Reduction]
        prod: ClassVar[Reduction]
        mean: ClassVar[Reduction]
        var: ClassVar[Reduction]
        std: ClassVar[Reduction]
        max: ClassVar[Reduction]
        min: ClassVar[Reduction]

        __array_namespace__: ClassVar[Callable[..., Any]]

        def __neg__(self) -> Variable[T_co]: ...
        def __pos__(self) -> Variable[T_co]: ...
        def __abs__(self) -> Variable[T_co]: ...
        @overload
        def __matmul__(
            self: Variable[NDArray[S]], other: Variable[NDArray[S]] | NDArray[S], /
        ) -> Variable[NDArray[S]]: ...
        @overload
        def __matmul__(self: Variable[Inexact], other: Variable[Number] | Number, /) -> Variable[Inexact]: ...
        def __matmul__(self, other: Any, /) -> Variable[Any]: ...
        @overload
        def __rmatmul__(self: Variable[NDArray[S]], other: NDArray[S], /) -> Variable[NDArray[S]]: ...
        @overload
        def __rmatmul__(self: Variable[Inexact], other: Number, /) -> Variable[Inexact]: ...
        def __rmatmul__(self, other: Any, /) -> Variable[Any]: ...
        @overload
        def __getitem__(self: Variable[NDArray[S]], key: BasicIndex, /) -> Variable[NDArray[S]]: ...
        @overload
        def __getitem__(self, key: Any, /) -> Variable[Any]: ...
        def __getitem__(self, key: Any, /) -> Variable[Any]: ...
        @property
        def T(self: Variable[ArrT]) -> Variable[ArrT]: ...  # noqa: N802  (NumPy's name)
        @property
        def mT(self: Variable[ArrT]) -> Variable[ArrT]: ...  # noqa: N802
        @property
        def real(self) -> Variable[Any]: ...
        @property
        def imag(self) -> Variable[Any]: ...
        def reshape(
            self: Variable[NDArray[S]], *shape: Any, order: Literal["C", "F", "A"] = "C"
        ) -> Variable[NDArray[S]]: ...
        def ravel(self: Variable[NDArray[S]], order: Literal["C", "F", "A"] = "C") -> Variable[NDArray[S]]: ...
        def flatten(self: Variable[NDArray[S]], order: Literal["C", "F", "A"] = "C") -> Variable[NDArray[S]]: ...
        def transpose(self: Variable[ArrT], *axes: Any) -> Variable[ArrT]: ...
        def swapaxes(self: Variable[ArrT], axis1: int, axis2: int) -> Variable[ArrT]: ...
        def squeeze(self: Variable[NDArray[S]], axis: Axis | None = None) -> Variable[NDArray[S]]: ...
        def take(
            self: Variable[NDArray[S]], indices: Any, axis: int | None = None, *, mode: str = "raise"
        ) -> Variable[NDArray[S]]: ...
        def diagonal(
            self: Variable[NDArray[S]], offset: int = 0, axis1: int = 0, axis2: int = 1
        ) -> Variable[NDArray[S]]: ...
        def trace(self: Variable[NDArray[S]], offset: int = 0) -> Variable[S]: ...
        def dot(self: Variable[NDArray[S]], b: Variable[NDArray[S]] | NDArray[S]) -> Variable[NDArray[S]]: ...
        def cumsum(self: Variable[NDArray[S]], axis: int | None = None) -> Variable[NDArray[S]]: ...
        def cumprod(self: Variable[NDArray[S]], axis: int | None = None) -> Variable[NDArray[S]]: ...
        def clip(self, min: Any = None, max: Any = None) -> Variable[T_co]: ...
        def conj(self) -> Variable[T_co]: ...
        def conjugate(self) -> Variable[T_co]: ...
        def copy(self, order: Literal["K", "A", "C", "F"] = "K") -> Variable[T_co]: ...
        def astype(self, dtype: DTypeLike, *, copy: bool = True) -> Variable[Any]: ...
        def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Any: ...
        def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Any: ...
        def all(self, axis: Axis | None = None, *, keepdims: bool = False) -> Any: ...
        def any(self, axis: Axis | None = None, *, keepdims: bool = False) -> Any: ...
        def nonzero(self) -> tuple[NDArray[np.intp], ...]: ...

    else:  # hidden from checkers: if x had an __array__, `ndarray * x` would be an ndarray to them

        def __hash__(self) -> NoReturn:
            raise unhashable(self.state)

        def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
            raise self.lost("to become a plain array", PLAIN_ARRAY)

        def __float__(self) -> NoReturn:
            raise self.lost(
                "to become a Python float",
                "use NumPy's functions (np.sin, not math.sin), and where it was to be written into an array, "
                "at(array)[i].set(x) or np.stack",
            )

        def __complex__(self) -> NoReturn:
            raise self.lost("to become a Python complex", "use NumPy's functions")

        def __int__(self) -> NoReturn:
            raise self.lost("to become a Python int", "take the integer from its value, int(x.value)")

        def __index__(self) -> NoReturn:
            raise self.lost("to be used as an index or a size", "use an integer: int(x.value)")

        def item(self, *args: Any) -> NoReturn:
            raise self.lost("to become a Python number (item)", "leave it as it is, or index it: x[i]")

        def tolist(self) -> NoReturn:
            raise self.lost("to become a list of Python numbers (tolist)", "iterate over it: list(x)")

        def __copy__(self) -> Variable[Any]:
            return self

        def __deepcopy__(self, memo: Any) -> Variable[Any]:
            return self

        def __reduce_ex__(self, protocol: Any) -> NoReturn:
            raise self.lost("to be pickled", "pickle its value")

        def __trunc__(self) -> NoReturn:
            raise self.lost("to become a Python int", "use np.trunc(x), or math.trunc(x.value)")

        def __floor__(self) -> NoReturn:
            raise self.lost("to become a Python int", "use np.floor(x), or math.floor(x.value)")

        def __ceil__(self) -> NoReturn:
            raise self.lost("to become a Python int", "use np.ceil(x), or math.ceil(x.value)")

        def __round__(self, ndigits: Any = None) -> Any:
            return round(self.known(), ndigits)  # flat wherever it has a derivative: a constant

        def tobytes(self, *args: Any) -> NoReturn:
            raise self.lost("to become bytes", "take those of its value: x.value.tobytes()")

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_") or not hasattr(np.ndarray, name):
                raise AttributeError(f"a Variable has no attribute {name!r}")
            raise missing_method(name, self.state)

        def __setitem__(self, index: Any, value: Any) -> NoReturn:
            raise assignment_error(self.state)


looks_like_an_array: Any = property(lambda x: np.ndarray)
"""`__class__` of the Variables that users meet: `isinstance(x, np.ndarray)` holds, as in the code that they stand for.

Code that turns to arrays where it sees one takes the right branch; what it does there dispatches, or raises.
`type(x)` tells them apart.
"""


def remade(variable: Variable[T], **contents: Any) -> Variable[T]:
    """The same Variable with other contents: another primal, another tangent."""
    kind: Any = type(variable)
    draft: Any = object.__new__(kind.__base__)
    for field in attrs.fields(kind):
        setattr(draft, field.name, contents.get(field.name, getattr(variable, field.name)))
    draft.__class__ = kind
    made: Variable[T] = draft
    return made


def ended(primitive: Primitive, args: Iterable[Any], level: Level, what: str) -> SealedTapeError:
    """The error for an operation on a Variable whose level is no more."""
    stale = next(arg for arg in args if is_variable(arg) and arg.level is level)
    return SealedTapeError(
        f"{primitive.name} at {user_line()} was applied to {stale!r}, {what}, so that it can no longer be followed. "
        f"Do it inside, or "
        "return the Variable from there. For the plain number, write x.value instead of x."
    )


def still_open(leaf: T, what: str) -> T:
    """An output's leaf as it is; `SealedTapeError` for a Variable whose level is no more: it is no constant."""
    if is_variable(leaf) and not alive(leaf.level):
        raise SealedTapeError(f"{what} returned {leaf!r}, whose tape or transform has ended.")
    return leaf


def _text(value: Any, prefix: str) -> str:
    """A value as NumPy shows it, its lines aligned behind `prefix`."""
    value = shown_value(value)
    if is_variable(value):
        return repr(value)
    return np.array2string(np.asarray(value), separator=", ", prefix=prefix, suffix=")")


def plain_value(x: Any) -> Any:
    """The plain value under all levels, for checks; of a batch, that of all its elements."""
    while isinstance(x, Variable):
        x = x.seen()
    return x


def shown_value(x: Any) -> Any:
    """The same, for the user to see: the abstract Variable, where it stands for any value."""
    while is_variable(x) and not x.abstract:
        x = x.primal
    return x


def known_value(x: Any) -> Any:
    """The same, for what the course of the computation depends on: it must be known, and is not in a Program."""
    while isinstance(x, Variable):
        x = x.known()
    return x


ARRAYS: Any = (np.ndarray, np.generic, Variable)
"""What has a shape and a dtype."""

NUMBERS: Any = (float, int, complex, *ARRAYS)
"""What may stand as a leaf for one number or an array of them."""


def belongs(x: object, level: object) -> bool:
    """Whether `x` is a Variable of this level."""
    return isinstance(x, Variable) and x.level is level


def is_variable(x: object, /) -> TypeGuard[Variable[Any]]:
    """Whether `x` is being differentiated or batched where this runs.

    >>> from tapegrad import grad, is_variable
    >>> is_variable(2.0)
    False
    >>> grad(lambda x: x if is_variable(x) else -x)(2.0)
    np.float64(1.0)
    """
    return isinstance(x, Variable)

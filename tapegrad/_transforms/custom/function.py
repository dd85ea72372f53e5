"""A function with rules of its own, and the decorator that makes it."""

from __future__ import annotations

from collections.abc import Callable
import inspect
from typing import Any, ClassVar, Generic, ParamSpec, Protocol, TypeVar, overload

import attrs
import numpy as np

from tapegrad._core.door import innermost
from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._transforms.custom.levels import call
from tapegrad._transforms.custom.rules import Given, Rules
from tapegrad._transforms.transform import Transform, name_of, place_of
from tapegrad._tree import flatten, unflatten
from tapegrad._values import held
from tapegrad.errors import DomainError
from tapegrad.typing import R_, As, override

Q = ParamSpec("Q")
Out = TypeVar("Out", covariant=True)
Made = TypeVar("Made", covariant=True)
S = TypeVar("S", bound=Any)


@attrs.frozen(repr=False)
class Custom(Transform):
    """What the decorators make."""

    word: ClassVar[str] = "custom"
    rules: Rules

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        args = self.bound(args, keywords)
        constant = self.rules.nondiff_argnums
        positions = [i for i in range(len(args)) if i not in constant]
        leaves, structure = flatten(tuple([args[i] for i in positions]))
        kept = [self._constant(arg, i) if i in constant else None for i, arg in enumerate(args)]
        if innermost(leaves) is None:
            return self.f(*args)
        out = call(Given(self, kept, positions, structure), leaves)
        return unflatten(out.rest, out.leaves)

    def bound(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
        """All the arguments by position, as the rules know them.

        Defaults are filled in; those of functions that are not written in Python (NumPy's own) up to the last argument.
        """
        code = getattr(self.f, "__code__", None)
        if not keywords and (code is None or code.co_argcount == len(args)):
            return args
        parameters = self.__signature__.parameters
        try:
            bound = self.__signature__.bind(*args, **keywords)
        except TypeError as error:
            raise TypeError(f"{name_of(self.f)}: {error}.") from None
        for name in bound.arguments:
            if parameters[name].kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD):
                raise TypeError(
                    f"{name_of(self.f)} has custom rules, which know arguments by position: {name} cannot be passed."
                )
        last = max([i for i, name in enumerate(parameters) if name in bound.arguments], default=-1)
        bound.apply_defaults()
        return bound.args if code is not None else bound.args[: last + 1]

    def _constant(self, arg: Any, position: int) -> Any:
        """An argument that nondiff_argnums names; of an array, a copy that the caller cannot change."""
        for leaf in filter(is_variable, flatten(arg)[0]):
            raise DomainError(
                f"{place_of('custom rules', self.f, position)} at {user_line()} is a {leaf.state} value, but "
                "nondiff_argnums says that it has no derivative. Take it out of nondiff_argnums; where its derivative "
                "is zero, its cotangent is None."
            )
        return held(arg) if type(arg) is np.ndarray else arg

    @override
    def __repr__(self) -> str:
        shown = repr(self.f) if isinstance(self.f, Transform) else name_of(self.f)
        for decorator in self.rules.decorators():
            shown = f"{decorator}({shown})"
        return shown


class Fitting(Protocol[Q, Out, Made, *As]):
    """A function with this signature that also takes what its rules take, and returns what they return.

    The first overload is the function's own signature, which is kept; by the second the rules are checked against it.
    """

    @overload
    def __call__(self, *args: Q.args, **keywords: Q.kwargs) -> Out: ...
    @overload
    def __call__(self, *args: *As) -> Made: ...


@attrs.frozen(repr=False)
class Decorator(Generic[R_, *As]):
    """Gives these rules to a function."""

    rules: Rules

    def __call__(self, f: Fitting[Q, S, R_, *As], /) -> Callable[Q, S]:
        if not callable(f):
            raise TypeError(f"@{self!r} stands above the definition of a function; it was called with {f!r}.")
        if not isinstance(f, Custom):
            return Custom(f, self.rules)
        return Custom(f.f, f.rules.joined(self.rules, name_of(f)))

    @override
    def __repr__(self) -> str:
        return "".join(self.rules.decorators())

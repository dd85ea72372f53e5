"""What all transforms are: frozen values that hold the user's function, and look like it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
import inspect
import math
from operator import attrgetter
import sys
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from tapegrad._place import user_line
from tapegrad.typing import override

_WRAPPERS: Any = (staticmethod, classmethod, property)
_is_callable: Any = attrs.validators.is_callable()


def _is_function(transform: Transform, attribute: Any, f: Any) -> None:
    """Refuse what no function is, or only a class makes one of: a static method is callable, and would be bound."""
    if isinstance(f, _WRAPPERS):
        kind = type(f).__name__
        raise TypeError(
            f"at {user_line()}, {transform.word} was applied to a {kind}. Change the order of the decorators: "
            f"@{kind} stands above, and what is applied to the function itself below."
        )
    _is_callable(transform, attribute, f)


@attrs.frozen(repr=False)
class Transform:
    """A function made from `f`, with its name, signature and docstring.

    It can be compared and hashed, and pickled wherever `f` can. In a class body it becomes a method.
    """

    word: ClassVar[str]
    """What the user calls to make one."""
    f: Callable[..., Any] = attrs.field(validator=_is_function)

    @override
    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__doc__ = vars(Transform)["__doc__"]  # or a subclass's own docstring would stand before the user's

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        raise NotImplementedError

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    @override
    def __repr__(self) -> str:
        options = (
            f", {field.name}={value!r}"
            for field in attrs.fields(type(self))
            if field.name != "f" and field.repr and (value := getattr(self, field.name)) != field.default
        )
        inner = repr(self.f) if isinstance(self.f, Transform) else self.__name__
        return f"{self.word}({inner}{''.join(options)})"

    @override
    def __reduce_ex__(self, protocol: Any, /) -> Any:
        """By name where it stands in a module in place of `f`, as under a decorator; else by what it consists of."""
        f: Any = inspect.unwrap(self.f)
        module, path = getattr(f, "__module__", None), getattr(f, "__qualname__", "")
        try:
            named = module in sys.modules and _named(module, path) is self
        except AttributeError:  # a function in a function, or one that was replaced
            named = False
        return (_named, (module, path)) if named else super().__reduce_ex__(protocol)

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self.f

    @property
    def __name__(self) -> str:
        return name_of(self.f)

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(inspect.unwrap(self.f, stop=_has_signature))

    if not TYPE_CHECKING:  # where a docstring is an attribute of the class, and so is a qualified name

        @property
        def __doc__(self) -> str | None:
            return self.f.__doc__

        def __getattr__(self, name: str) -> Any:
            if name == "__qualname__":
                return self.f.__qualname__
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)


def _has_signature(f: Any) -> bool:
    """Whether a function's own signature is to be asked for.

    A Transform's is that of what it wraps. inspect asks each for it twice, so that nested ones are gone through here.
    """
    return isinstance(f, MethodType) or (not isinstance(f, Transform) and hasattr(f, "__signature__"))


def _named(module: str, path: str) -> Any:
    """What stands in a module under a qualified name."""
    return attrgetter(path)(import_module(module))


def name_of(f: Callable[..., Any] | None) -> str:
    """How messages and tapes call a function; one without a name by its class."""
    name: str = getattr(f, "__name__", type(f).__name__)
    return name


def parameter_name(f: Callable[..., Any], position: int) -> str:
    """The name of the parameter that takes the positional argument number `position`; empty where it has none."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return ""
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return positional[position] if position < len(positional) else ""


def most_positional(f: Callable[..., Any]) -> float:
    """How many arguments a function takes by position; infinity where there is no limit, or Python does not know."""
    try:
        kinds = [p.kind for p in inspect.signature(f).parameters.values()]
    except (TypeError, ValueError):
        return math.inf
    by_position = sum(
        kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for kind in kinds
    )
    return math.inf if inspect.Parameter.VAR_POSITIONAL in kinds else by_position


def place_of(word: str, f: Callable[..., Any], place: int | str, path: str = "") -> str:
    """How an error message names an argument, or a leaf of it: one given by position, or by keyword."""
    if isinstance(place, str):
        return f"{word}: argument {place}{path} of {name_of(f)}"
    name = parameter_name(f, place)
    detail = f" ({name}{path})" if name else f" (at {path})" if path else ""
    return f"{word}: argument {place}{detail} of {name_of(f)}"

"""What all transforms are: frozen values that hold the user's function, and look like it."""

from __future__ import annotations

from collections.abc import Callable
import inspect
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from tapegrad.typing import override


@attrs.frozen(repr=False)
class Transform:
    """A function made from `f`, with its name, signature and docstring.

    It can be compared and hashed, and pickled wherever `f` can. In a class body it becomes a method.
    """

    word: ClassVar[str]
    """What the user calls to make one."""
    f: Callable[..., Any] = attrs.field(validator=attrs.validators.is_callable())

    @override
    def __init_subclass__(cls) -> None:
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
            if field.name != "f" and (value := getattr(self, field.name)) != field.default
        )
        inner = repr(self.f) if isinstance(self.f, Transform) else self.__name__
        return f"{self.word}({inner}{''.join(options)})"

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self.f

    @property
    def __name__(self) -> str:
        name: str = getattr(self.f, "__name__", type(self.f).__name__)
        return name

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self.f)

    if not TYPE_CHECKING:  # where a docstring is an attribute of the class

        @property
        def __doc__(self) -> str | None:
            return self.f.__doc__


def parameter_name(f: Callable[..., Any], position: int) -> str:
    """The name of the parameter that takes the positional argument number `position`; empty where it has none."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return ""
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return positional[position] if position < len(positional) else ""


def place_of(word: str, f: Callable[..., Any], position: int, path: str = "") -> str:
    """How an error message names an argument, or a leaf of it."""
    name = parameter_name(f, position)
    detail = f" ({name}{path})" if name else f" (at {path})" if path else ""
    return f"{word}: argument {position}{detail} of {getattr(f, '__name__', 'the function')}"

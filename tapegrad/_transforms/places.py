"""Where the differentiated arguments stand in a call: chosen by position (`argnums`) or by name (`argnames`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
import inspect
from types import FunctionType
from typing import Any, TypeAlias

from tapegrad._transforms.transform import name_of

Place: TypeAlias = int | str
"""Where an argument stands in a call: a position, or a keyword."""


def differentiated(
    argnums: int | tuple[int, ...] | list[int] | None, option: str = "argnums"
) -> int | tuple[int, ...] | None:
    """`argnums`, or another option that names positions, as a transform holds it."""
    several = argnums if isinstance(argnums, (tuple, list)) else () if argnums is None else (argnums,)
    if any(isinstance(i, bool) or not isinstance(i, int) for i in several):  # pyright: ignore[reportUnnecessaryIsInstance]  # users without a checker
        raise TypeError(f"{option} is a position or a tuple of positions, not {argnums!r}.")
    if any(i < 0 for i in several) or len(set(several)) < len(several) or argnums in ((), []):
        raise ValueError(f"{option} names positions, counted from 0, each once; it is {argnums!r}.")
    return tuple(argnums) if isinstance(argnums, list) else argnums


def positions_of(argnums: int | tuple[int, ...] | None, args: Sequence[Any], caller: object) -> Sequence[int]:
    """The positional arguments to differentiate."""
    positions = range(len(args)) if argnums is None else (argnums,) if isinstance(argnums, int) else argnums
    if not positions:
        raise TypeError(f"{caller} was called without a positional argument: there is nothing to differentiate in.")
    if max(positions) >= len(args):
        raise TypeError(
            f"{caller} was called with {len(args)} positional arguments, so that number {max(positions)} is "
            "missing. Pass it by position."
        )
    return positions


def named(
    argnames: str | tuple[str, ...] | list[str] | None, argnums: object, f: Callable[..., Any]
) -> str | tuple[str, ...] | None:
    """`argnames` as a transform holds it."""
    if argnames is None:
        return None
    if argnums is not None:
        raise TypeError(
            f"give argnums={argnums!r} or argnames={argnames!r}, not both: argnames also names arguments that are "
            "passed by position."
        )
    names: Any = argnames if isinstance(argnames, (tuple, list)) else (argnames,)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"argnames is a name or a tuple of names, not {argnames!r}.")
    if len(set(names)) < len(names) or not names:
        raise ValueError(f"argnames names arguments, each once; it is {argnames!r}.")
    parameters = _parameters(f)
    if parameters is not None:
        for name in names:
            _check(name, parameters, f)
    return tuple(argnames) if isinstance(argnames, list) else argnames


def _parameters(f: Callable[..., Any]) -> dict[str, inspect.Parameter] | None:
    """The parameters of `f`; None where Python does not know them."""
    try:
        return dict(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        return None


def _check(name: str, parameters: dict[str, inspect.Parameter], f: Callable[..., Any]) -> None:
    """Refuse what names no argument of `f`, or several."""
    parameter = parameters.get(name)
    kinds = {p.kind for p in parameters.values()}
    if parameter is None:
        if inspect.Parameter.VAR_KEYWORD in kinds:
            return
        close = get_close_matches(name, parameters, 1)
        meant = f" Did you mean {close[0]!r}?" if close else ""
        known = ", ".join(parameters) or "none"
        raise TypeError(f"argnames: {name_of(f)} has no argument {name!r}: its arguments are {known}.{meant}")
    if parameter.kind is parameter.VAR_POSITIONAL:
        raise TypeError(f"argnames: *{name} of {name_of(f)} gathers several arguments: choose some by argnums.")
    if parameter.kind is parameter.VAR_KEYWORD:
        raise TypeError(f"argnames: **{name} of {name_of(f)} gathers several arguments: name those that you pass.")


def places_of(
    argnames: str | tuple[str, ...], f: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any]
) -> Sequence[Place]:
    """Where the arguments of these names stand in a call of `f`."""
    names = (argnames,) if isinstance(argnames, str) else argnames
    if all(name in keywords for name in names):
        return names
    positional = _positional(f)
    places: list[Place] = []
    for name in names:
        if name in keywords:
            places.append(name)
        elif name in positional and (position := positional.index(name)) < len(args):
            places.append(position)
        else:
            raise TypeError(
                f"{name_of(f)} was called without {name}{_default(f, name)}: pass it, to differentiate in it."
            )
    return places


def _positional(f: Callable[..., Any]) -> Sequence[str]:
    """The names of what may be passed by position."""
    if isinstance(f, FunctionType) and not f.__dict__:  # what a signature costs, is more than a small gradient
        return f.__code__.co_varnames[: f.__code__.co_argcount]
    parameters = (_parameters(f) or {}).values()
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _default(f: Callable[..., Any], name: str) -> str:
    """What is said of a default that is used."""
    parameter = (_parameters(f) or {}).get(name)
    known = parameter is not None and parameter.default is not parameter.empty
    return f", whose default {parameter.default!r} is a constant" if parameter and known else ""

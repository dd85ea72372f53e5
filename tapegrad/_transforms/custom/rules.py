"""The user's own rules, on flat lists of leaves: arguments are put together for them, what they return is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from os.path import basename
from typing import Any, Protocol

import attrs
import numpy as np

from tapegrad._leaves import direction
from tapegrad._spec import SEVERAL, Spec, Value, spec_of
from tapegrad._transforms.transform import name_of, place_of
from tapegrad._tree import flatten, paths, placed, unflatten
from tapegrad._values import read_only, scalar_or_array


def rule_name(rule: Callable[..., Any] | None) -> str:
    """How messages call a rule: a lambda by where it stands."""
    name = name_of(rule)
    code = getattr(rule, "__code__", None)
    return f"the lambda at {basename(code.co_filename)}:{code.co_firstlineno}" if code and name == "<lambda>" else name


def place_of_rule(rule: Callable[..., Any] | None, f: Callable[..., Any]) -> str:
    """How messages name a rule."""
    return f"{rule_name(rule)}, a rule of {name_of(f)}"


@attrs.frozen
class Rules:
    """What a function has beside its value."""

    forward: Callable[..., Any] | None = None
    backward: Callable[..., Any] | None = None
    rule: Callable[..., Any] | None = None
    nondiff_argnums: tuple[int, ...] = ()

    def decorators(self) -> list[str]:
        """The decorators that give these rules, innermost first."""
        constant = f", nondiff_argnums={self.nondiff_argnums}" if self.nondiff_argnums else ""
        words = [f"custom_jvp({rule_name(self.rule)}"] if self.rule else []
        words += [f"custom_vjp({rule_name(self.forward)}, {rule_name(self.backward)}"] if self.backward else []
        return [f"{word}{constant})" for word in words]

    def joined(self, others: Rules, name: str) -> Rules:
        """These and the others, for one function."""
        twice = [mode for mode in ("backward", "rule") if getattr(self, mode) and getattr(others, mode)]
        if twice:
            raise TypeError(f"{name} has a custom_{'vjp' if twice == ['backward'] else 'jvp'} already: one is enough.")
        if self.nondiff_argnums != others.nondiff_argnums:
            raise ValueError(
                f"{name}: nondiff_argnums is {self.nondiff_argnums} for some of its rules and {others.nondiff_argnums} "
                "for others. It is the same for all."
            )
        return Rules(
            self.forward or others.forward,
            self.backward or others.backward,
            self.rule or others.rule,
            self.nondiff_argnums,
        )


@attrs.frozen(eq=False)
class Flat:
    """The leaves of a tree, and what else it takes to put it together again."""

    leaves: list[Any]
    rest: Any


class Piece(Protocol):
    """A computation with rules of its own, on flat lists of leaves.

    The tangent or cotangent of a leaf may be None: it is zero, or the leaf has no derivative.
    """

    @property
    def f(self) -> Callable[..., Any]:
        """The user's function, for its name."""
        ...

    @property
    def rules(self) -> Rules:
        """The user's rules."""
        ...

    def value(self, leaves: Sequence[Any], /) -> Flat:
        """The outputs, by the function itself."""
        ...

    def forward(self, leaves: Sequence[Any], /) -> tuple[Flat, Flat]:
        """The outputs and the residuals."""
        ...

    def backward(self, residuals: Flat, cts: Sequence[Value | None], /) -> list[Value | None]:
        """A cotangent for each leaf of the arguments, from one for each of the outputs."""
        ...

    def push(self, leaves: Sequence[Any], tangents: Sequence[Value | None], /) -> tuple[Flat, list[Value | None]]:
        """The outputs, and a tangent for each of them."""
        ...


class Decorated(Protocol):
    """A function with rules."""

    @property
    def f(self) -> Callable[..., Any]: ...
    @property
    def rules(self) -> Rules: ...


@attrs.frozen(eq=False)
class Given:
    """One call of a function, with the rules as the user wrote them."""

    function: Decorated
    args: Sequence[Any]
    """The arguments; None for those that are differentiable."""
    positions: list[int]
    """Which these are."""
    structure: Any
    """Of the tuple of them."""

    @property
    def f(self) -> Callable[..., Any]:
        return self.function.f

    @property
    def rules(self) -> Rules:
        return self.function.rules

    def value(self, leaves: Sequence[Any], /) -> Flat:
        return _flat(self.f(*self._arguments(leaves)))

    def forward(self, leaves: Sequence[Any], /) -> tuple[Flat, Flat]:
        rule: Any = self.rules.forward
        out, residuals = self._pair(rule(*self._arguments(leaves)), rule, "(out, residuals)")
        outs, kept = _flat(out), _flat(residuals)
        return outs, Flat(kept.leaves, (kept.rest, outs.rest, [spec_or_none(leaf) for leaf in leaves]))

    def backward(self, residuals: Flat, cts: Sequence[Value | None], /) -> list[Value | None]:
        rule: Any = self.rules.backward
        structure, out, specs = residuals.rest
        returned = rule(unflatten(structure, residuals.leaves), unflatten(out, map(read_only, cts)))
        if not isinstance(returned, SEVERAL) or len(returned) != len(self.positions):
            raise TypeError(
                f"{place_of_rule(rule, self.f)}, returned {_described(returned)}. It returns a tuple with a cotangent, "
                f"or None for zero, for each differentiable argument: {len(self.positions)} of them."
            )
        remaining = iter(specs)
        return [
            ct
            for position, inner, tree in zip(self.positions, self.structure.children(), returned, strict=True)
            for ct in _like(tree, inner, remaining, f"{place_of(rule_name(rule), self.f, position)}: the cotangent")
        ]

    def push(self, leaves: Sequence[Any], tangents: Sequence[Value | None], /) -> tuple[Flat, list[Value | None]]:
        rule: Any = self.rules.rule
        returned = rule(self._arguments(leaves), unflatten(self.structure, map(read_only, tangents)))
        out, tangent = self._pair(returned, rule, "(out, tangent of out)")
        outs = _flat(out)
        specs = map(spec_or_none, outs.leaves)
        return outs, _like(tangent, outs.rest, specs, f"{place_of_rule(rule, self.f)}: the tangent")

    def _arguments(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments with these leaves, whose values the user's code cannot change."""
        trees: Any = unflatten(self.structure, map(read_only, leaves))
        return tuple(placed(self.args, self.positions, trees))

    def _pair(self, returned: Any, rule: Callable[..., Any], wanted: str) -> tuple[Any, Any]:
        if not isinstance(returned, SEVERAL) or len(returned) != 2:
            raise TypeError(f"{place_of_rule(rule, self.f)}, returned {_described(returned)}, not a pair {wanted}.")
        return returned[0], returned[1]


def spec_or_none(leaf: Any) -> Spec | None:
    """The Spec of a floating or complex number or array; None of anything else, which has no derivative."""
    if isinstance(getattr(leaf, "dtype", None), np.dtype):
        return spec_of(leaf) if leaf.dtype.kind in "fc" else None
    return spec_of(scalar_or_array(leaf)) if isinstance(leaf, (float, complex)) else None


def _flat(tree: Any) -> Flat:
    leaves, structure = flatten(tree)
    return Flat(
        [scalar_or_array(leaf) if type(leaf) in (np.ndarray, float, complex) else leaf for leaf in leaves], structure
    )


def _like(tree: Any, structure: Any, specs: Iterator[Spec | None], what: str) -> list[Value | None]:
    """The leaves of a tangent or cotangent, of this structure and of the next of `specs`; None where there is none."""
    expected = list(islice(specs, structure.num_leaves))
    if tree is None:
        return [None] * len(expected)
    leaves, given = flatten(tree)
    if given != structure:
        raise TypeError(f"{what} has the structure {given}, but must have {structure}.")
    places = paths(structure)
    return [
        None if leaf is None or spec is None else direction(leaf, spec, f"{what}{path and f' at {path}'}")
        for leaf, spec, path in zip(leaves, expected, places, strict=True)
    ]


def _described(returned: Any) -> str:
    if isinstance(returned, SEVERAL):
        return f"{len(returned)} of them"
    return "None" if returned is None else f"a {type(returned).__name__}"

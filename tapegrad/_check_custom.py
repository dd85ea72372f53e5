"""The check of rules that the user wrote: against the function, against differences, and against one another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from tapegrad._check_grads import Check, Mode
from tapegrad._checks import Expected, epsilon, pair, random_like
from tapegrad._leaves import admit
from tapegrad._spec import Spec, Value
from tapegrad._transforms.custom.function import Custom
from tapegrad._transforms.custom.rules import Flat, Given, place_of_rule, spec_or_none
from tapegrad._transforms.forward import zero_tangent
from tapegrad._transforms.transform import parameter_name
from tapegrad._tree import flatten, paths, placed, unflatten
from tapegrad._values import PYTHONS, scalar_or_array
from tapegrad.typing import Ts


def check_custom(
    f: Callable[[*Ts], object],
    args: tuple[*Ts],
    *,
    exact: bool = True,
    linear: bool = True,
    order: int = 1,
    atol: float | None = None,
    rtol: float | None = None,
    step: float | None = None,
) -> None:
    """Check the rules of `f`, a function with `custom_vjp`, `custom_jvp` or both, at `args`.

    Run on plain arguments, `forward` and the rule return what the function returns. `backward` is linear in the
    cotangent, the rule in the tangents. Forward and reverse mode agree with differences of the function, entry by
    entry, and with one another, whether each has rules of its own or one is derived from the other's.

    Args:
        f: the decorated function.
        args: its positional arguments. Those without floating numbers, and those of `nondiff_argnums`, are held.
        exact: whether the rules are to be the derivative of the function. Say False of one that differs on purpose, as
            a straight-through estimator does: it is not compared with differences.
        linear: whether `backward` is to be linear in the cotangent. Say False of one that clips it, for example. Then
            reverse mode is not compared with anything, and forward mode only if it has a rule.
        order: how often to differentiate, where that is compared with differences: `check_grads` of that order.
        atol: as in `check_grads`.
        rtol: as in `check_grads`.
        step: as in `check_grads`.

    Raises:
        AssertionError: if a rule is wrong: which one, in what, where, and by how much.
        TypeError: if `f` has no rules, or one returns what it must not.

    >>> import numpy as np
    >>> from tapegrad import custom_vjp
    >>> from tapegrad.testing import check_custom
    >>> @custom_vjp(lambda x: (np.sin(x), x), lambda x, ct: (-ct * np.cos(x),))
    ... def sine(x):
    ...     return np.sin(x)
    >>> check_custom(sine, (0.5,))
    Traceback (most recent call last):
    AssertionError: the derivative of sine is off, at order 1, mode forward, in 1 of 1 entries:
      argument 0, x: expected 0.110339, actual -0.110339, difference -0.220677
    expected: by the complex step
    """
    if not isinstance(f, Custom):
        raise TypeError(f"check_custom checks custom rules, and {f!r} has none. Any function: check_grads.")
    call = _Call.of(f, f.bound(args, {}))
    call.check_outputs()
    if f.rules.backward and linear:
        call.check_backward()
    if f.rules.rule:
        call.check_push()
    modes: tuple[Mode, ...] = ("fwd", "rev") if linear else ("fwd",) if f.rules.rule else ()
    check = Check(f.__name__, call.smooth_places, call.values, modes, atol, rtol, step)
    if exact and modes:
        check.run(call.on_values, order, ())
    elif linear:
        rng = np.random.default_rng(0)
        outs = call.on_values(*call.values)
        cts = [random_like(rng, out) for out in outs]
        tangents = [random_like(rng, value) for value in call.values]
        size = pair([np.abs(ct) for ct in cts], [np.abs(out) for out in outs])
        rounding = Expected([], "", float(np.sqrt(epsilon((*call.values, *outs)))), size)
        check.check_adjoint(call.on_values, cts, tangents, rounding, ())


@attrs.frozen(eq=False)
class _Call:
    """The function with rules, at the point of the check."""

    f: Custom
    given: Given
    leaves: list[Any]
    """Those of the differentiable arguments."""
    places: list[str]
    """What a message calls them."""
    smooth: list[int]
    """Which of them are differentiated."""

    @classmethod
    def of(cls, f: Custom, args: tuple[Any, ...]) -> _Call:
        positions = [i for i in range(len(args)) if i not in f.rules.nondiff_argnums]
        flattened: tuple[list[Any], Any] = flatten(tuple([args[i] for i in positions]))
        leaves, structure = flattened
        smooth = [i for i, leaf in enumerate(leaves) if spec_or_none(leaf) is not None]
        if not smooth:
            raise TypeError(f"check_custom: no argument of {f.__name__} is a floating number or array.")
        names = [f"argument {i}, {parameter_name(f.f, i) or f'args[{i}]'}" for i in positions]
        inner = [paths(part) for part in structure.children()]
        places = [f"{name}{path}" for name, some in zip(names, inner, strict=True) for path in some]
        return cls(f, Given(f, args, positions, structure), leaves, places, smooth)

    @property
    def values(self) -> list[Value]:
        """Those leaves that are differentiated, as levels hold them."""
        return [admit(self.leaves[i]) for i in self.smooth]

    @property
    def smooth_places(self) -> list[str]:
        """What a message calls these."""
        return [self.places[i] for i in self.smooth]

    def on_values(self, *values: Value) -> tuple[Value, ...]:
        """The function from these to the floating leaves of its output."""
        trees: Any = unflatten(self.given.structure, placed(self.leaves, self.smooth, values))
        outs = flatten(self.f(*placed(self.given.args, self.given.positions, trees)))[0]
        return tuple([scalar_or_array(out) if type(out) in PYTHONS else out for out in outs if spec_or_none(out)])

    def check_outputs(self) -> None:
        """The rules return the outputs that the function returns."""
        outs = self.given.value(self.leaves)
        if self.f.rules.forward:
            self._check_same(outs, self.given.forward(self.leaves)[0], self.f.rules.forward)
        if self.f.rules.rule:
            still = [zero_tangent(leaf) for leaf in self.leaves]
            self._check_same(outs, self.given.push(self.leaves, still)[0], self.f.rules.rule)

    def _check_same(self, outs: Flat, by_rule: Flat, rule: Callable[..., Any]) -> None:
        where = place_of_rule(rule, self.f.f)
        if by_rule.rest != outs.rest:
            raise AssertionError(f"{where}, returned an output of structure {by_rule.rest}, not {outs.rest}")
        for out, other, path in zip(outs.leaves, by_rule.leaves, paths(outs.rest), strict=True):
            spec, found = spec_or_none(out), spec_or_none(other)
            if spec != found:
                raise AssertionError(f"{where}, returned {_described(found)} for output{path}, not {_described(spec)}")
            if spec is None:
                _compare(f"{where}, returned another output{path}", other, out, not np.array_equal(other, out))
            else:
                far = _far(other, out, np.abs(out), epsilon([out]))
                _compare(f"{where}, returned another output{path} than the function", other, out, far)

    def check_backward(self) -> None:
        """It is linear in the cotangent."""
        outs, residuals = self.given.forward(self.leaves)
        pull = partial(self.given.backward, residuals)
        _check_linear(pull, outs.leaves, self.places, place_of_rule(self.f.rules.backward, self.f.f))

    def check_push(self) -> None:
        """The rule is linear in the tangents."""
        places = [f"output{path}" for path in paths(self.given.value(self.leaves).rest)]
        where = place_of_rule(self.f.rules.rule, self.f.f)
        _check_linear(lambda dx: self.given.push(self.leaves, dx)[1], self.leaves, places, where)


def _check_linear(
    rule: Callable[[list[Value | None]], list[Value | None]], inputs: Sequence[Any], places: Sequence[str], where: str
) -> None:
    """rule(2 a - 3 b) = 2 rule(a) - 3 rule(b), for random a and b."""
    rng = np.random.default_rng(0)
    specs = [spec_or_none(leaf) for leaf in inputs]
    a, b = ([None if spec is None else random_like(rng, spec) for spec in specs] for _ in range(2))
    mixed = [None if x is None or y is None else 2 * x - 3 * y for x, y in zip(a, b, strict=True)]
    eps = max(float(np.finfo(spec.dtype).eps) for spec in specs if spec)
    for place, *parts in zip(places, rule(a), rule(b), rule(mixed), strict=True):
        at_a, at_b, actual = (np.zeros(()) if part is None else part for part in parts)
        wanted = 2 * at_a - 3 * at_b
        far = _far(actual, wanted, 2 * np.abs(at_a) + 3 * np.abs(at_b), eps)
        _compare(f"{where}, is not linear: its share of {place} for 2 a - 3 b", actual, wanted, far)


def _described(spec: Spec | None) -> str:
    return f"{spec.dtype} values of shape {spec.shape}" if spec else "what is no floating value"


def _far(actual: Any, wanted: Any, size: Any, eps: float) -> Any:
    """Where the difference is more than rounding."""
    with np.errstate(invalid="ignore"):
        near = np.abs(actual - wanted) <= np.sqrt(eps) * np.maximum(1, size)
    return ~(near | np.equal(actual, wanted) | (np.isnan(actual) & np.isnan(wanted)))


def _compare(what: str, actual: Any, wanted: Any, far: Any) -> None:
    """Raise with the first entry where `far` is true."""
    if np.any(far):
        at = tuple(np.argwhere(far)[0]) if np.ndim(far) else ()
        entry = f" at {list(map(int, at))}" if at else ""
        found, expected = (np.asarray(value)[at] if np.shape(value) else value for value in (actual, wanted))
        raise AssertionError(
            f"{what}{entry}: expected {expected:.6g}, actual {found:.6g}, difference {found - expected:.6g}"
        )

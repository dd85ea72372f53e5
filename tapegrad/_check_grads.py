"""The check of a function's derivatives, entry by entry, in both modes, to any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np

from tapegrad._checks import Expected, Function, Slopes, Values, epsilon, excess, expected, pair, random_like, slopes
from tapegrad._transforms.forward import jvp
from tapegrad._transforms.sources import opened
from tapegrad._transforms.transform import parameter_name
from tapegrad._transforms.vjp import vjp
from tapegrad._tree import flatten, paths, unflatten
from tapegrad.typing import Ts

Mode: TypeAlias = Literal["fwd", "rev"]
WORDS: dict[Mode, str] = {"fwd": "forward", "rev": "reverse"}
SHOWN = 6
"""How many wrong entries a message lists."""


def check_grads(
    f: Callable[[*Ts], object],
    args: tuple[*Ts],
    *,
    order: int = 2,
    modes: Sequence[Mode] = ("fwd", "rev"),
    atol: float | None = None,
    rtol: float | None = None,
    step: float | None = None,
) -> None:
    """Check the derivatives of `f` at `args` against derivatives found by evaluating `f`, and against one another.

    At each order, in each mode: every entry of every argument against a central difference, or against the complex
    step where `f` is analytic and takes complex numbers; forward against reverse, entry by entry and as the adjoint
    identity `<ct, J t> = <J^T ct, t>`. The outputs are weighed with random cotangents. Then the same for the
    derivatives themselves, as functions of the arguments.

    Stay away from kinks (a tie in a maximum, `abs` at 0): there a difference is no derivative. Each order takes some
    evaluations of `f` for each entry, so small arrays serve best.

    Args:
        f: a function of numbers, arrays or trees of them, that returns such. Integers and booleans that it returns are
            passed over.
        args: its positional arguments. All are differentiated; bind what is not, as in `lambda x: f(x, axis=0)`.
        order: how often to differentiate.
        modes: `"fwd"`, `"rev"` or both. At order 2, both make four: forward of reverse and so on.
        atol: how far a derivative may be off. By default, in double precision against central differences, 1e-6, times
            the size of the output where that is above 1; less against the complex step, more in lower precision.
        rtol: how far it may be off, relative to itself. By default 1e-6, with the same exceptions.
        step: how far a central difference goes to each side, times the entry where that is above 1. By default the
            cube root of the precision.

    Raises:
        AssertionError: if a derivative is wrong: at which order, in which mode, where, and by how much.
        TypeError: if an argument has no derivative.

    >>> import numpy as np
    >>> from tapegrad.testing import check_grads
    >>> from tapegrad import stop_gradient
    >>> check_grads(np.sin, (np.array([0.1, 0.2]),))
    >>> def wrong(x):
    ...     return x * stop_gradient(x)
    >>> check_grads(wrong, (3.0,), modes=["rev"])
    Traceback (most recent call last):
    AssertionError: the derivative of wrong is off, at order 1, mode reverse, in 1 of 1 entries:
      argument 0, x: expected 0.75438, actual 0.37719, difference -0.37719
    expected: by the complex step
    """
    if order < 1 or not modes or not set(modes) <= set(WORDS):
        raise ValueError(
            f"check_grads needs order >= 1 and modes among {tuple(WORDS)}, not order={order!r} and modes={modes!r}."
        )
    arguments: tuple[Any, ...] = args
    xs = [value for i, arg in enumerate(arguments) for value in opened(arg, "check_grads", f, i)[2]]
    if not xs:
        raise TypeError("check_grads was given no arguments: there is nothing to differentiate in.")
    name: str = getattr(f, "__name__", type(f).__name__)
    places = [place for i, arg in enumerate(arguments) for place in _places(f, i, arg)]
    Check(name, places, xs, tuple(modes), atol, rtol, step).run(_on_leaves(f, arguments), order, ())


def _places(f: Callable[..., Any], position: int, argument: Any) -> list[str]:
    """What a message calls the leaves of an argument."""
    name = parameter_name(f, position) or f"args[{position}]"
    return [f"argument {position}, {name}{path}" for path in paths(flatten(argument)[1])]


def _on_leaves(f: Callable[..., Any], args: tuple[Any, ...]) -> Function:
    """`f` from the leaves of its arguments to those of its output that have a derivative."""
    given, structure = flatten(args)
    boxed = [isinstance(leaf, np.ndarray) for leaf in given]  # 0-d arrays stay arrays

    def flat(*values: Any) -> tuple[Any, ...]:
        leaves: list[Any] = [np.array(v) if b and np.isscalar(v) else v for v, b in zip(values, boxed, strict=True)]
        out = f(*unflatten(structure, leaves))
        outs = [leaf if hasattr(leaf, "dtype") else np.asarray(leaf)[()] for leaf in flatten(out)[0]]
        return tuple([out for out in outs if out.dtype.kind in "fc"])

    return flat


@attrs.frozen
class Check:
    """One call of `check_grads`: the point, and how closely to look."""

    name: str
    places: Sequence[str]
    xs: Values
    modes: Sequence[Mode]
    atol: float | None
    rtol: float | None
    step: float | None

    def run(self, f: Function, order: int, taken: tuple[str, ...], eps: float = 0.0) -> None:
        """Check the derivatives of `f` up to `order`; `taken` says which one `f` is, `eps` how precise it can be."""
        rng = np.random.default_rng(len(taken))
        outs = f(*self.xs)
        cts, tangents = (tuple([random_like(rng, value) for value in values]) for values in (outs, self.xs))
        eps = max(eps, epsilon((*self.xs, *outs)))
        reference = expected(f, self.xs, outs, cts, eps, self.step)
        found: dict[Mode, Slopes] = {mode: self.slopes(f, cts, mode) for mode in self.modes}
        for mode, actual in found.items():
            self.compare(actual, reference, (WORDS[mode], *taken))
        if len(found) == 2:
            precise = attrs.evolve(
                reference,
                slopes=found["fwd"],
                method="forward mode",
                tolerance=float(np.sqrt(eps)),
            )
            self.compare(found["rev"], precise, ("reverse", *taken))
            self.check_adjoint(f, cts, tangents, precise, taken)
        if order > 1:
            for mode in self.modes:
                derivative = _pushed(f, tangents) if mode == "fwd" else _pulled(f, cts)
                self.run(derivative, order - 1, (WORDS[mode], *taken), eps)

    def slopes(self, f: Function, cts: Values, mode: Mode) -> Slopes:
        """The derivative of `Re Σ ct f(x)`, as one mode finds it."""
        if mode == "rev":
            return [np.asarray(gradient) for gradient in vjp(f, *self.xs)[1](tuple(cts))]
        still = [np.zeros_like(x)[()] for x in self.xs]

        def direction(i: int, dx: Any) -> float:
            return pair(cts, _pushed(f, (*still[:i], dx, *still[i + 1 :]))(*self.xs))

        return slopes(direction, self.xs)

    def check_adjoint(
        self, f: Function, cts: Values, tangents: Values, precise: Expected, taken: tuple[str, ...]
    ) -> None:
        """<ct, J t> = <J^T ct, t>, for a tangent of all arguments at once."""
        forward = pair(cts, _pushed(f, tangents)(*self.xs))
        reverse = pair(_pulled(f, cts)(*self.xs), tangents)
        if np.any(excess(reverse, forward, precise)):
            raise AssertionError(
                f"the adjoint identity <ct, J t> = <J^T ct, t> of {' of '.join((*taken, self.name))} does not hold: "
                f"forward mode gives {forward:.6g}, reverse {reverse:.6g}, difference {reverse - forward:.6g}"
            )

    def compare(self, actual: Slopes, reference: Expected, taken: tuple[str, ...]) -> None:
        """Raise with the entries of `actual` that are not as expected."""
        wrong: list[tuple[float, str]] = []
        for place, found, wanted in zip(self.places, actual, reference.slopes, strict=True):
            if found.shape != wanted.shape:
                raise AssertionError(
                    f"the derivative of {self.name} in {place} has shape {found.shape}, not {wanted.shape}"
                )
            far = excess(found, wanted, reference, self.atol, self.rtol)
            for index in np.argwhere(far):
                at = tuple(index)
                difference = found[at] - wanted[at]
                entry = f"{place}{list(map(int, index)) if at else ''}"
                line = f"  {entry}: expected {wanted[at]:.6g}, actual {found[at]:.6g}, difference {difference:.6g}"
                wrong.append((float(np.nan_to_num(-abs(difference), nan=-np.inf)), line))
        if wrong:
            lines = [line for _, line in sorted(wrong)]
            more = [f"  and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
            count = f"{len(lines)} of {sum(x.size for x in self.xs)} entries"
            head = (
                f"the derivative of {self.name} is off, at order {len(taken)}, mode {' of '.join(taken)}, in {count}:"
            )
            raise AssertionError("\n".join([head, *lines[:SHOWN], *more, f"expected: by {reference.method}"]))


def _pushed(f: Function, tangents: Values) -> Function:
    """The derivative of `f` in a fixed direction, as a function of the point."""
    return lambda *xs: jvp(f, xs, tuple(tangents))[1]


def _pulled(f: Function, cts: Values) -> Function:
    """The pullback of fixed cotangents, as a function of the point."""
    return lambda *xs: vjp(f, *xs)[1](tuple(cts))

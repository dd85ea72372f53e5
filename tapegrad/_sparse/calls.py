"""A function at one point: its pattern, and all sweeps of a plan at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import NUMBERS, is_variable, plain_value
from tapegrad._place import user_line
from tapegrad._sparse import custom as custom  # which enters its rule
from tapegrad._sparse.level import dependences
from tapegrad._sparse.pattern import Pattern
from tapegrad._sparse.plan import Plan
from tapegrad._transforms.batch import vmap
from tapegrad._transforms.forward import jvp
from tapegrad._transforms.reverse import described
from tapegrad._transforms.sources import opened
from tapegrad._transforms.transform import Transform, place_of
from tapegrad._transforms.vjp import vjp
from tapegrad.errors import BatchError, DomainError

forward: Any = jvp
backward: Any = vjp
batched: Any = vmap
"""The transforms, for functions of which no more is known."""


@attrs.frozen
class Call:
    """A function of one real array, as it is called: the array, and the function of it alone."""

    caller: Transform
    f: Callable[[Any], Any]
    x: Any

    @classmethod
    def of(cls, caller: Transform, f: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> Call:
        """The first argument is the array; the others are passed on."""
        if not args:
            raise TypeError(
                f"{caller!r} was called without a positional argument: there is nothing to differentiate in."
            )
        leaves, _, values = opened(args[0], caller.word, caller.f, 0)
        place = place_of(caller.word, caller.f, 0)
        if len(leaves) != 1 or leaves[0] is not args[0]:
            raise DomainError(
                f"{place} is a tree, where a matrix has one array to be of: tapegrad.ravel_tree makes one."
            )
        if values[0].dtype.kind == "c":
            raise DomainError(
                f"{place} is complex. Make it a function of the real and the imaginary parts, np.stack([a, b])."
            )
        return cls(caller, lambda x: f(x, *args[1:], **keywords), values[0])

    def output(self, out: Any) -> Any:
        """What the function returned, if it is one array."""
        if not isinstance(out, NUMBERS):
            raise DomainError(
                f"{self.caller.word} needs {self.caller.__name__} to return one array, but it returned "
                f"{described(out)}. Join the parts with np.concatenate or np.stack."
            )
        return out

    def pattern(self) -> tuple[Pattern, bool]:
        """What each element of the output depends on, and whether the output is complex."""
        x = plain_value(self.x)
        if x.shape != self.x.shape:
            raise BatchError(
                f"{self.caller!r} was called under vmap at {user_line()}: no pattern can be found for a whole batch. "
                "Find it outside, jacobian_sparsity(f)(x) or hessian_sparsity(f)(x), and pass it as sparsity=."
            )
        out, pattern = dependences(self.f, x)
        out = self.output(out)
        return pattern or Pattern.empty(np.size(out), x.size), np.iscomplexobj(out)

    def swept(self, plan: Plan, checked: bool) -> tuple[Plan, Any]:
        """The results of all sweeps of a plan, one a row; with `checked`, of one more in a random direction."""
        if plan.pattern.columns != self.x.size:
            raise self._misfit(plan, f"is called with {self.x.size} inputs")
        if plan.forward:
            return plan, self._pushed(plan, self._seeds(plan, self.x.dtype, checked))
        out, pull = backward(self.f, self.x)
        out = np.asarray(out) if not is_variable(self.output(out)) else out
        if out.dtype.kind == "c":  # a pullback gives real cotangents of a real array: one half of what is wanted
            return self.swept(Plan.by_columns(plan.pattern), checked)
        if out.size != plan.pattern.rows:
            raise self._misfit(plan, f"returned {out.size} outputs")

        def pulled(seed: Any) -> Any:
            return np.reshape(pull(np.reshape(seed, out.shape))[0], -1)

        return plan, batched(pulled)(self._seeds(plan, out.dtype, checked))

    def _pushed(self, plan: Plan, seeds: NDArray[Any]) -> Any:
        def pushed(seed: Any) -> Any:
            out, tangent = forward(self.f, (self.x,), (np.reshape(seed, self.x.shape),))
            if np.size(self.output(out)) != plan.pattern.rows:
                raise self._misfit(plan, f"returned {np.size(out)} outputs")
            return np.reshape(tangent, -1)

        return batched(pushed)(seeds)

    def _seeds(self, plan: Plan, dtype: np.dtype[Any], checked: bool) -> NDArray[Any]:
        seeds = plan.seeds(dtype)
        return np.concatenate([seeds, direction(plan).astype(dtype)[None]]) if checked else seeds

    def _misfit(self, plan: Plan, what: str) -> ValueError:
        shape = (plan.pattern.rows, plan.pattern.columns)
        return ValueError(f"{self.caller!r}: the sparsity has shape {shape}, but {self.caller.__name__} {what}.")


def direction(plan: Plan) -> NDArray[np.float64]:
    """The direction in which a plan is checked."""
    return np.random.default_rng(20).uniform(-1, 1, plan.colors.size)

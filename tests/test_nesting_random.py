"""Random programs with derivatives inside, at any depth and of outer variables, against another way to differentiate.

That way shares no code with the library: numbers with any number of infinitesimals, each made anew for one derivative,
none of which can be confused with another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
import math
from random import Random
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np
import pytest

from tapegrad import stop_gradient
from tests.untyped import (
    checkpoint,
    custom_jvp,
    custom_vjp,
    derivative,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacrev,
    jvp,
    linear_transpose,
    linearize,
    scan,
    vjp,
    vmap,
)

Map: TypeAlias = Callable[[Any], Any]
Several: TypeAlias = Callable[..., Any]

# --- numbers with infinitesimals -------------------------------------------------------------------------------------

Tags: TypeAlias = frozenset[int]
REAL: Tags = frozenset()
FRESH = count()


@attrs.frozen
class Tagged:
    """A sum of products of infinitesimals, whose squares are zero: tags of a product -> its coefficient."""

    terms: dict[Tags, float]

    def __add__(self, other: Tagged) -> Tagged:
        tags = self.terms | other.terms
        return Tagged({tag: self.terms.get(tag, 0.0) + other.terms.get(tag, 0.0) for tag in tags})

    def __mul__(self, other: Tagged) -> Tagged:
        terms: dict[Tags, float] = {}
        for a, x in self.terms.items():
            for b, y in other.terms.items():
                if not a & b:
                    terms[a | b] = terms.get(a | b, 0.0) + x * y
        return Tagged(terms)

    def through(self, derivatives: Callable[[int, float], float]) -> Tagged:
        """A function of this, by its Taylor series about the real part: which ends, as the rest is nilpotent."""
        real = self.terms.get(REAL, 0.0)
        rest = Tagged({tags: x for tags, x in self.terms.items() if tags})
        out, power, order = number(derivatives(0, real)), rest, 1
        while power.terms:
            out = out + power * number(derivatives(order, real) / math.factorial(order))
            power, order = power * rest, order + 1
        return out


def number(x: float) -> Tagged:
    return Tagged({REAL: x})


# --- a program, and two calculi to run it in -------------------------------------------------------------------------


class Calculus(Protocol):
    """What a program consists of, beside + and *."""

    def number(self, x: float) -> Any: ...
    def sin(self, x: Any) -> Any: ...
    def exp(self, x: Any) -> Any: ...
    def call(self, f: Several, way: str, env: Sequence[Any]) -> Any:
        """f of the values `env`, or its derivative in the last of them, by one of the `WAYS`."""
        ...


Program: TypeAlias = Callable[[Calculus, Sequence[Any]], Any]


class ByTags:
    """The reference."""

    def number(self, x: float) -> Tagged:
        return number(x)

    def sin(self, x: Tagged) -> Tagged:
        return x.through(lambda n, real: math.sin(real + n * math.pi / 2))

    def exp(self, x: Tagged) -> Tagged:
        return x.through(lambda n, real: (-0.3) ** n * math.exp(-0.3 * real))

    def call(self, f: Several, way: str, env: Sequence[Any]) -> Any:
        if not WAYS[way][0]:
            return f(*env)
        *outer, x = env
        tag = frozenset({next(FRESH)})
        out = f(*outer, x + Tagged({tag: 1.0}))
        return Tagged({tags - tag: x for tags, x in out.terms.items() if tag <= tags})


class ByTransforms:
    """The library."""

    def number(self, x: float) -> float:
        return x

    def sin(self, x: Any) -> Any:
        return np.sin(x)

    def exp(self, x: Any) -> Any:
        return np.exp(-0.3 * x)

    def call(self, f: Several, way: str, env: Sequence[Any]) -> Any:
        return WAYS[way][1](f, *env)


def captured(way: Callable[[Map, Any], Any]) -> Callable[..., Any]:
    """A way that sees the outer values as captured ones."""

    def called(f: Several, *env: Any) -> Any:
        *outer, x = env
        return way(lambda y: f(*outer, y), x)

    return called


def unseen(f: Several) -> Several:
    """f without its derivative, so that a rule that is passed over shows."""

    def constant(*env: Any) -> Any:
        return stop_gradient(f(*env))

    return constant


def by_backward_rule(f: Several, *env: Any) -> Any:
    def forward(*env: Any) -> Any:
        return f(*env), env

    return custom_vjp(forward, lambda env, ct: vjp(f, *env)[1](ct))(unseen(f))(*env)


def by_forward_rule(f: Several, *env: Any) -> Any:
    return custom_jvp(lambda primals, tangents: jvp(f, primals, tangents))(unseen(f))(*env)


def shared_out(f: Map, x: Any) -> Any:
    return scan(lambda c, share: ((c[0], c[1] + share * f(c[0])), None), (x, 0.0), np.array([0.25, 0.75]))[0][1]


def by_row(f: Map, x: Any) -> Any:
    return jacrev(lambda v: np.stack([f(v[0]), v[1] * f(v[0])]), chunk_size=1)(np.stack([x, x + 1.0]))[0, 0]


WAYS: dict[str, tuple[int, Callable[..., Any]]] = {
    "grad": (1, captured(lambda f, x: grad(f)(x))),
    "jvp": (1, captured(lambda f, x: jvp(f, (x,), (1.0,))[1])),
    "vjp": (1, captured(lambda f, x: vjp(f, x)[1](1.0)[0])),
    "linearize": (1, captured(lambda f, x: linearize(f, x)[1](1.0))),
    "jacfwd": (1, captured(lambda f, x: jacfwd(f)(x))),
    "jacrev": (1, captured(by_row)),
    "hessian": (1, captured(lambda f, x: hessian(lambda t, y: t * f(y), argnums=(0, 1))(0.5, x)[0][1])),
    "hvp": (1, captured(lambda f, x: hvp(lambda t: t * f(x + t) / 2, 0.0, 1.0))),
    "derivative": (1, captured(lambda f, x: derivative(f)(x))),
    "transpose": (1, captured(lambda f, x: linear_transpose(linearize(f, x)[1], 1.0)(1.0)[0])),
    "vmap of grad": (1, captured(lambda f, x: vmap(grad(f))(np.stack([x + 0.1, x]))[1])),
    "vmap of jvp": (1, captured(lambda f, x: vmap(lambda dx: jvp(f, (x,), (dx,))[1])(np.array([0.5, 2.0]))[1] / 2)),
    "vmap": (0, captured(lambda f, x: vmap(lambda factor: f(x * factor))(np.array([2.0, 1.0]))[1])),
    "checkpoint": (0, captured(lambda f, x: checkpoint(f)(x))),
    "scan": (0, captured(shared_out)),
    "custom_vjp": (0, by_backward_rule),
    "custom_jvp": (0, by_forward_rule),
}


def a_program(random: Random, variables: int, depth: int) -> Program:
    """A program in so many variables."""
    if depth == 0:
        which, constant = random.randrange(variables + 1), random.uniform(0.3, 1.4)
        return lambda calculus, env: env[which] if which < variables else calculus.number(constant)
    first, second = a_program(random, variables, depth - 1), a_program(random, variables, random.randrange(depth))
    body, way = a_program(random, variables + 1, depth - 1), random.choice(list(WAYS))
    programs: list[Program] = [
        lambda calculus, env: first(calculus, env) + second(calculus, env),
        lambda calculus, env: first(calculus, env) * second(calculus, env),
        lambda calculus, env: calculus.sin(first(calculus, env)),
        lambda calculus, env: calculus.exp(first(calculus, env)),
        lambda calculus, env: calculus.call(lambda *env: body(calculus, env), way, [*env, second(calculus, env)]),
    ]
    return random.choices(programs, [1, 2, 1, 1, 5])[0]


@pytest.mark.parametrize("seed", range(12))
def test_random_programs(seed: int) -> None:
    random = Random(seed)
    for _ in range(150):
        program = a_program(random, 2, random.randrange(2, 8))
        point = [random.uniform(0.2, 1.2), random.uniform(0.2, 1.2)]
        wanted = program(ByTags(), [number(x) for x in point])
        found = program(ByTransforms(), [np.float64(x) for x in point])
        np.testing.assert_allclose(found, wanted.terms.get(REAL, 0.0), rtol=1e-8, atol=1e-10)

"""Optimisers as pure functions of trees: a step takes parameters, a gradient and a state, and returns new ones.

An optimiser is a frozen value. `init(params)` is its first state; `step(gradient, state, params)` is the next
parameters and state; nothing changes in place. Parameters are any tree of arrays and numbers, and keep their
structure and dtypes. States are trees too: they pickle, they can be mapped over, many runs advance at once under
`vmap`, and gradients pass through steps into starting values and rates.

>>> import numpy as np
>>> from tapegrad import grad
>>> from tapegrad.optim import Adam, ClipByNorm, Cosine, chain
>>> def rosenbrock(p):
...     return (1 - p["x"]) ** 2 + 100 * (p["y"] - p["x"] ** 2) ** 2
>>> optimiser = chain(ClipByNorm(10.0), Adam(Cosine(0.1, steps=500)))
>>> params = {"x": -1.0, "y": 1.0}
>>> state = optimiser.init(params)
>>> for _ in range(500):
...     params, state = optimiser.step(grad(rosenbrock)(params), state, params)
>>> bool(rosenbrock(params) < 1e-4)
True
"""

from __future__ import annotations

from tapegrad._optim.composing import Chain, ClipByNorm, WeightDecay, chain, global_norm
from tapegrad._optim.descent import SGD, Adagrad, Adam, AdamW, Lion, RMSprop
from tapegrad._optim.optimiser import Optimiser, Schedule as Schedule, State
from tapegrad._optim.schedules import Cosine, Exponential, WarmUp

__all__ = [
    "Optimiser",
    "State",
    "SGD",
    "Adam",
    "AdamW",
    "RMSprop",
    "Adagrad",
    "Lion",
    "chain",
    "Chain",
    "ClipByNorm",
    "WeightDecay",
    "global_norm",
    "Cosine",
    "Exponential",
    "WarmUp",
]

"""Recurrences: a loop of many steps on few numbers, as each library's users write one."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from benchmarks.libraries import Library
from benchmarks.problem import Problem


def kalman_filter(steps: int, states: int = 4, observed: int = 2) -> Problem:
    """The log-likelihood of a linear model with noise, in its transition, observation and covariance matrices."""
    rng = np.random.default_rng(0)
    observations = rng.normal(size=(steps, observed))

    def function(library: Library) -> Any:
        linalg, log = library.namespace.linalg, library.namespace.log
        rows, start, unit = map(library.constant, (observations, np.zeros(states), np.eye(states)))

        def likelihood(transition: Any, observation: Any, process: Any, measurement: Any) -> Any:
            def step(carry: Any, y: Any) -> Any:
                mean, covariance, total = carry
                mean = transition @ mean
                covariance = transition @ covariance @ transition.T + process
                spread = observation @ covariance @ observation.T + measurement
                residual = y - observation @ mean
                gain = linalg.solve(spread, observation @ covariance).T
                total = total - (residual @ linalg.solve(spread, residual) + log(linalg.det(spread))) / 2
                return mean + gain @ residual, covariance - gain @ observation @ covariance, total

            return library.fold(step, (start, unit, start[0]), rows)[2]

        return likelihood

    matrices = np.linalg.qr(rng.normal(size=(states, states)))[0] * 0.9, rng.normal(size=(observed, states))
    covariances = np.eye(states) / 10, np.eye(observed) / 2
    title = f"Kalman filter, {steps} steps, {states} states"
    return attrs.evolve(Problem(title, (*matrices, *covariances), function), left_out=frozenset({"MyGrad"}))


def predator_and_prey(steps: int) -> Problem:
    """Two populations under Runge and Kutta's method, in their rates and in what they start from."""
    times, h = np.linspace(0, 10, steps, endpoint=False), 10 / steps

    def function(library: Library) -> Any:
        stack, cos = library.namespace.stack, library.namespace.cos
        rows = library.constant(times)

        def last(rates: Any, start: Any) -> Any:
            def slope(t: Any, y: Any) -> Any:
                meetings = y[0] * y[1]
                return stack(
                    [rates[0] * (1 + cos(t) / 5) * y[0] - rates[1] * meetings, rates[2] * meetings - rates[3] * y[1]]
                )

            def step(y: Any, t: Any) -> Any:
                a = slope(t, y)
                b = slope(t + h / 2, y + h / 2 * a)
                c = slope(t + h / 2, y + h / 2 * b)
                return y + h / 6 * (a + 2 * b + 2 * c + slope(t + h, y + h * c))

            return library.namespace.sum(library.fold(step, start, rows) ** 2)

        return last

    title = f"ordinary differential equation, {steps} steps of Runge-Kutta"
    return Problem(title, (np.array([1.1, 0.4, 0.1, 0.4]), np.array([10.0, 5.0])), function)

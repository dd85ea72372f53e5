"""A quantum circuit: rotations of qubits, and phases that entangle them."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from benchmarks.libraries import Library
from benchmarks.problem import Problem


def circuit(qubits: int, layers: int) -> Problem:
    """The expectation of the first qubit's spin, in the angles of the rotations."""
    rng = np.random.default_rng(0)
    start = np.eye(1, 2**qubits, dtype=complex)[0]
    entangling = np.exp(1j * rng.normal(size=1 << qubits))
    spin = np.repeat([1.0, -1.0], 2 ** (qubits - 1))

    def function(library: Library) -> Any:
        xp = library.namespace
        ground, phases, signs = map(library.constant, (start, entangling, spin))

        def expectation(angles: Any) -> Any:
            state = ground
            for layer in range(layers):
                for qubit in range(qubits):
                    c = xp.cos(angles[layer, qubit]) + 0j
                    s = xp.sin(angles[layer, qubit]) * -1j
                    gate = xp.stack([xp.stack([c, s]), xp.stack([s, c])])
                    state = (gate @ state.reshape(2**qubit, 2, -1)).reshape(-1)
                state = state * phases
            return xp.sum(xp.real(state * xp.conj(state)) * signs)

        return expectation

    title = f"quantum circuit, {qubits} qubits, {layers} layers"
    return attrs.evolve(Problem(title, (rng.normal(size=(layers, qubits)),), function), left_out=frozenset({"MyGrad"}))

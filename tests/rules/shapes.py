"""Rows: the same elements in another shape; joined; created; converted."""

from __future__ import annotations

import operator

import numpy as np

from tests.rules.row import real, row
from tests.untyped import plain

X, V, Y = real(2, 3, 4), real(3), real(2, 3)

ROWS = [
    row(
        "reshape",
        lambda x: (np.reshape(x, (4, 6)), np.reshape(x, -1), np.reshape(x, (3, -1, 2))),
        X,
    ),
    row("reshape, F order", lambda x: (np.reshape(x, (4, 6), order="F"), x.reshape(6, 4, order="F")), X),
    row("x.reshape", lambda x: (x.reshape(4, 6), x.reshape((6, 4)), x.reshape(-1), x.reshape(2, -1)), X),
    row("reshape to no axes", lambda x: (np.reshape(x, ()), x.reshape(())), real(1)),
    row("reshape of a number", lambda x: np.reshape(x, (1, 1)), 0.3),
    row("reshape of empty", lambda x: np.reshape(x, (3, 0)), np.zeros((0, 2)), order=1),
    row("ravel, flatten", lambda x: (np.ravel(x), x.ravel(), x.flatten(), x.ravel(order="F"), np.ravel(x, "F")), X),
    row("transpose", lambda x: (np.transpose(x), np.transpose(x, (1, 2, 0)), np.transpose(x, [-1, 0, 1])), X),
    row("x.transpose", lambda x: (x.transpose(), x.transpose(1, 0, 2), x.transpose((2, 0, 1)), x.T, x.mT), X),
    row("matrix_transpose", lambda x: np.matrix_transpose(x), X),
    row("swapaxes", lambda x: (np.swapaxes(x, 0, 2), x.swapaxes(-1, 1)), X),
    row("moveaxis", lambda x: (np.moveaxis(x, 0, -1), np.moveaxis(x, [0, 1], [2, 0]), np.moveaxis(x, 2, 0)), X),
    row("expand_dims", lambda x: (np.expand_dims(x, 0), np.expand_dims(x, -1), np.expand_dims(x, (0, 3))), Y),
    row("squeeze", lambda x: (np.squeeze(x), np.squeeze(x, 0), x.squeeze(axis=(0, -1)), x.squeeze()), real(1, 3, 1)),
    row(
        "broadcast_to", lambda x: (np.broadcast_to(x, (2, 3)), np.broadcast_to(x, (2, 1, 3)), np.broadcast_to(x, 3)), V
    ),
    row("broadcast_to, stretched", lambda x: np.broadcast_to(x, (2, 3, 4)), real(3, 1)),
    row("broadcast_to of a number", lambda x: np.broadcast_to(x, (2, 3)), 0.5),
    row("broadcast_arrays", lambda x, y: np.broadcast_arrays(x, y), V, real(2, 1)),
    row("atleast", lambda x: (np.atleast_1d(x), np.atleast_2d(x), np.atleast_3d(x)), V),
    row(
        "atleast, several",
        lambda x, y: (*np.atleast_2d(x, y), *np.atleast_3d(x, y), *np.atleast_1d(x, y)),
        np.array(0.5),
        Y,
    ),
    row("flip", lambda x: (np.flip(x), np.flip(x, 0), np.flip(x, (0, -1)), np.fliplr(x), np.flipud(x)), X),
    row("concatenate", lambda x, y: np.concatenate([x, y]), Y, real(1, 3)),
    row("concatenate, axis", lambda x, y: np.concatenate((x, y, x), axis=-1), Y, real(2, 1)),
    row("concatenate, flat", lambda x, y: np.concatenate([x, y], axis=None), Y, V),
    row("concatenate with a constant", lambda x: np.concatenate([np.ones(2), x, [3.0]]), V, single=False),
    row(
        "concatenate rows of one",
        lambda x: (np.concatenate(x), np.concatenate(x, axis=1), np.concatenate(x, axis=None)),
        X,
    ),
    row("concatenate, dtype", lambda x: np.concatenate([x, x], dtype=np.float64), V, single=False),
    row("concatenate with empty", lambda x, y: np.concatenate([x, y]), np.zeros((0, 2)), real(1, 2)),
    row("append", lambda x, y: (np.append(x, y), np.append(x, x, axis=0)), Y, V),
    row("stack", lambda x, y: (np.stack([x, y]), np.stack((x, y), axis=-1), np.stack([x, x], 1)), Y, real(2, 3)),
    row("stack rows of one", lambda x: np.stack(x, axis=1), X),
    row("stack numbers", lambda x, y: np.stack([x, y, x]), 0.3, 0.4),
    row(
        "vstack, hstack, dstack", lambda x, y: (np.vstack([x, y]), np.hstack([x, y]), np.dstack([x, y])), Y, real(2, 3)
    ),
    row(
        "vstack, hstack of vectors", lambda x, y: (np.vstack([x, y]), np.hstack([x, y]), np.dstack([x, y])), V, real(3)
    ),
    row("column_stack", lambda x, y: (np.column_stack([x, y]), np.column_stack([x, x])), real(2), Y),
    row("block", lambda x, y: np.block([[x, y], [y, x]]), Y, real(2, 1)),
    row(
        "array of numbers",
        lambda x, y: np.array([[x, y], [y * x, 1.0]], like=x),
        np.array(0.3),
        np.array(0.4),
        batch=False,
        single=False,
    ),
    row(
        "array, asarray, like",
        lambda x: (np.array(x, like=x), np.asarray(x, like=x), np.array([x, x], ndmin=4, like=x)),
        Y,
    ),
    row("zeros_like and ones_like", lambda x: x * np.ones_like(x) + np.zeros_like(x) + np.full_like(x, 2.0), Y),
    row("full", lambda x, y: np.full_like(x, y) * x, Y, 0.7, batch=False, single=False),
    row("full, like", lambda x: np.full((2, 3), x[0], like=x), real(1)),
    row(
        "zeros, ones with like",
        lambda x: x + np.zeros(3, like=x) + np.ones((2, 3), like=x) + np.arange(3.0, like=x),
        Y,
        single=False,
    ),
    row("empty_like", lambda x: np.empty_like(x).shape + x.shape, Y),
    row(
        "eye, identity, tri",
        lambda x: x @ np.eye(3, like=x) + x @ np.identity(3, like=x) + x @ np.tri(3, like=x),
        Y,
        single=False,
    ),
    row("shape, ndim, size", lambda x: x * np.size(x) * np.ndim(x) * np.shape(x)[0] * len(x) * np.size(x, 1), Y),
    row("x.size and kin", lambda x: x * x.size * x.ndim * x.shape[1], Y),
    row("astype", lambda x: x.astype(np.float64) * np.astype(x, np.float64), Y, single=False),
    row("astype to integers", lambda x: x * x.astype(int), 3 * Y, order=1, single=False),
    row("copy", lambda x: np.copy(x) * x.copy(), Y),
    row(
        "diagonal",
        lambda x: (
            np.diagonal(x),
            np.diagonal(x, 1, 0, 2),
            x.diagonal(-1),
            np.diagonal(x, offset=1, axis1=-1, axis2=1),
        ),
        X,
    ),
    row("diag", lambda x, v: (np.diag(x), np.diag(v), np.diag(x, 1), np.diag(v, -1), np.diagflat(x, 2)), Y, V),
    row("trace", lambda x: (np.trace(x), np.trace(x, 1, 1, 2), x.trace(), x.trace(offset=-1)), X),
    row("tril, triu", lambda x: (np.tril(x), np.triu(x), np.tril(x, -1), np.triu(x, 2)), X),
    row("iteration", lambda x: sum(2.0 * r * i for i, r in enumerate(x)), Y),
    row("unpacking", lambda x: operator.mul(*x), Y),
    row(
        "dtypes",
        lambda x: (np.result_type(x, np.float32) == np.float64, np.can_cast(x, float), np.isrealobj(x)),
        Y,
        batch=False,
        single=False,
    ),
]
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    ROWS.append(row("reshape, shape=", lambda x: plain.reshape(x, shape=(24,)), X))

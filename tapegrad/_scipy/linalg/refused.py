"""What has no derivative, and says so: bases of no definite choice, functions that only SciPy's own code can follow."""

from __future__ import annotations

from tapegrad._scipy.linalg.stacks import sla, without_rule

_BASIS = "its basis is any of one space. For the space itself, or with a basis of a definite choice, use "

null_space = without_rule(sla.null_space, _BASIS + "svd(a)[2] and the rank.")
orth = without_rule(sla.orth, _BASIS + "svd(a, full_matrices=False)[0] and the rank, or qr(a, mode='economic')[0].")
subspace_angles = without_rule(
    sla.subspace_angles, "take them from svdvals(qr(a, mode='economic')[0].T @ qr(b, mode='economic')[0])."
)
funm = without_rule(
    sla.funm, "use expm, logm, sqrtm, cosm and so on, or compose with eig, where the eigenvalues differ."
)
matrix_balance = without_rule(sla.matrix_balance, "its scaling moves in jumps, by powers of two. Hold it constant.")
hessenberg = without_rule(sla.hessenberg, "use schur, or qr.")
ldl = without_rule(sla.ldl, "use cholesky or solve(a, b, assume_a='sym').")
qz = without_rule(sla.qz, "use eig(a, b).")
ordqz = without_rule(sla.ordqz, "use eig(a, b).")
cossin = without_rule(sla.cossin, "use svd, of the blocks.")
eigh_tridiagonal = without_rule(sla.eigh_tridiagonal, "use eigh, of the matrix itself.")
eigvalsh_tridiagonal = without_rule(sla.eigvalsh_tridiagonal, "use eigvalsh, of the matrix itself.")
eig_banded = without_rule(sla.eig_banded, "use eigh, of the matrix itself.")
eigvals_banded = without_rule(sla.eigvals_banded, "use eigvalsh, of the matrix itself.")
orthogonal_procrustes = without_rule(sla.orthogonal_procrustes, "use polar(a.T @ b)[0].")

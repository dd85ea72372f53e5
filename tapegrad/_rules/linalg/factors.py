"""Factorizations: cholesky, qr, svd and what is made of them."""

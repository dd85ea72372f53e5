"""The nan- variants of reductions and running totals."""

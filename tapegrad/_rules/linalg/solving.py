"""Systems of linear equations: solve, inv, det and what is made of them."""

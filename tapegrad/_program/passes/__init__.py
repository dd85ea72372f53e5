"""The passes: each a small pure function from a Program to one that computes the same with less."""

"""Padding, in every mode of NumPy."""

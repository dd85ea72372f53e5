"""Piecewise linear interpolation."""

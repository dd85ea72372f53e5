"""Differences, gradients on a grid, sums of trapezoids, unwrapped phases."""

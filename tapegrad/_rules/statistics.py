"""Weighted averages, covariances, correlations, histograms."""

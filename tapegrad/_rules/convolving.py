"""Convolution and correlation of sequences."""

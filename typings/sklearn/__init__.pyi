"""What the examples use of scikit-learn, which is untyped."""

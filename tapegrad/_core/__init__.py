"""What is recorded, and the reverse sweep: primitive, variable, node, sweep, tape."""

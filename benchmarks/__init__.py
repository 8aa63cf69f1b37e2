"""Benchmarks against the programs that a centre would use instead; `python -m benchmarks` runs them."""

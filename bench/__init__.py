"""Benchmarks: each measures ours beside its floor in one run, pairs in turn."""

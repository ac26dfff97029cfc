"""Other systems' own packages, each in a process of its own, for a benchmark to stand beside."""

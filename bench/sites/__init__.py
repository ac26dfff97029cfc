"""Addresses that a benchmark adds to the site."""

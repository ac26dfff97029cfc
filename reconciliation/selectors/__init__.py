"""Shaped reads of the month: totals, groups of lines, schedules, suspense."""

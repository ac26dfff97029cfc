"""Loan arithmetic: schedules, allocation, settlement, arrears and rates.

Nothing here knows the database, the clock or the web. Dates and amounts come in as arguments and figures
come out, so that any number on any page can be worked out again from what was stored.

Money is ``Decimal`` in naira with two places. Rounding happens in ``engine.money`` alone.
"""

"""Addresses of savings that pay a loan."""

from django.urls import path

from loans.urls import converters  # noqa: F401  (the serial converter)
from loans.views import offsets

loan_pages = [
    path("<serial:serial>/from-savings/", offsets.from_savings, name="from_savings"),
    path("from-savings/<int:pk>/withdraw/", offsets.withdraw, name="withdraw_offset"),
]

office = [
    path("from-savings/", offsets.offsets, name="offsets"),
    path("from-savings/<int:pk>/approve/", offsets.approve, name="approve_offset"),
    path("from-savings/<int:pk>/decline/", offsets.decline, name="decline_offset"),
]

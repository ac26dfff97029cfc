"""Addresses of changes of running loans."""

from django.urls import path

from loans.urls import converters  # noqa: F401  (the serial converter)
from loans.views import changes

office = [
    path("changes/", changes.changes, name="changes"),
    path("changes/<int:pk>/", changes.change, name="loan_change"),
    path("changes/<int:pk>/approve/", changes.approve, name="approve_change"),
    path("changes/<int:pk>/decline/", changes.decline, name="decline_change"),
    path("changes/<int:pk>/withdraw/", changes.withdraw, name="withdraw_change"),
    path("changes/<int:pk>/take-back/", changes.take_back, name="take_change_back"),
    path("loans/<serial:serial>/change/", changes.ask, name="ask_change"),
]

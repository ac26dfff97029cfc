"""Addresses of a member's own pages."""

from django.urls import path

from loans.urls import converters  # noqa: F401  (the serial converter)
from loans.views import member

loans = [
    path("", member.mine, name="mine"),
    path("apply/", member.apply, name="apply"),
    path("apply/figures/", member.figures, name="figures"),
    path("apply/<serial:number>/", member.change, name="change"),
    path("apply/<serial:number>/guarantors/", member.guarantors, name="guarantors"),
    path("apply/<serial:number>/check/", member.check, name="check"),
    path("applications/<serial:number>/", member.application, name="application"),
    path("applications/<serial:number>/withdraw/", member.withdraw, name="withdraw"),
]

guarantees = [
    path("", member.guarantees, name="guarantees"),
    path("<int:pk>/answer/", member.answer, name="answer_guarantee"),
    path("<int:pk>/cancel/", member.cancel, name="cancel_request"),
]

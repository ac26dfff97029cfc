"""Addresses of promises in mid-life, of recourse and of claims."""

from django.urls import path

from loans.urls import converters  # noqa: F401  (the serial converter)
from loans.views import promises

own = [
    path("notices/<int:pk>/", promises.notice, name="answer_notice"),
    path("instead/<int:pk>/", promises.substitution, name="answer_substitution"),
]

office = [
    path("promises/", promises.promises, name="promises"),
    path("promises/<int:pk>/replace/", promises.replace, name="replace_guarantor"),
    path("promises/instead/<int:pk>/approve/", promises.approve, name="approve_substitution"),
    path("promises/instead/<int:pk>/stop/", promises.stop_asking, name="stop_substitution"),
    path("recourse/", promises.recourses, name="recourses"),
    path("recourse/<int:pk>/", promises.recourse, name="recourse"),
    path("recourse/<int:pk>/answer/", promises.answer_for, name="answer_for"),
    path("recourse/<int:pk>/savings/", promises.take_savings, name="take_savings"),
    path("recourse/<int:pk>/guarantors/", promises.charge, name="charge_guarantors"),
    path("recourse/<int:pk>/withdraw/", promises.withdraw, name="withdraw_recourse"),
    path("loans/<serial:serial>/notice/", promises.propose, name="give_notice"),
    path("members/<int:pk>/claims/", promises.claims, name="claims"),
    path("contagion/", promises.contagion, name="contagion"),
]

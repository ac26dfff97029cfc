"""Addresses of lending. The room answers from the root of the site: under `loans/`, and under `guarantees/`."""

from django.urls import include, path

from loans.urls import member

app_name = "loans"

urlpatterns = [
    path("loans/", include(member.loans)),
    path("guarantees/", include(member.guarantees)),
]

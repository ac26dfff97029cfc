"""Addresses of the reports; they say in full where each page stands."""

from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("statement/", views.statement, name="statement"),
    path("members/<int:pk>/statement/", views.member_statement, name="member_statement"),
    path("reports/statement-check/", views.check_statement, name="check_statement"),
    path("reports/trial-balance/", views.trial_balance, name="trial_balance"),
    path("reports/accounts/<int:pk>/", views.account, name="account"),
    path("entries/<int:pk>/", views.entry, name="entry"),
    path("reports/books/", views.check_books, name="check_books"),
]

"""Addresses of a loan's own pages, and of the office's work on the register."""

from django.urls import path

from loans.urls import converters  # noqa: F401  (the serial converter)
from loans.views import loan, officer, policy, quotes, receipts

loan_pages = [
    path("<serial:serial>/", loan.loan, name="loan"),
    path("<serial:serial>/working/<slug:figure>/", loan.working, name="working"),
    path("<serial:serial>/account/", loan.account, name="account"),
    path("<serial:serial>/certificate/", loan.certificate, name="certificate"),
    path("<serial:serial>/settle/", quotes.settle, name="settle"),
    path("quotes/<serial:number>/", quotes.quote, name="quote"),
    path("quotes/<serial:number>/pdf/", quotes.quote_pdf, name="quote_pdf"),
]

office = [
    path("loans/", officer.register, name="register"),
    path("loans/<serial:serial>/receipt/", receipts.receipt, name="receipt"),
    path("loans/<serial:serial>/receipt/figures/", receipts.receipt_figures, name="receipt_figures"),
    path("loans/<serial:serial>/payments/<int:pk>/take-back/", receipts.take_back, name="take_back"),
    path("loans/<serial:serial>/move-days/", officer.move_days, name="move_days"),
    path("loans/<serial:serial>/cancel/", officer.cancel, name="cancel_loan"),
    path("registration/", officer.registration, name="to_register"),
    path("registration/release/", officer.release, name="release"),
    path("registration/<serial:number>/", officer.register_one, name="register_one"),
    path("lending-policy/", policy.lending_policy, name="lending_policy"),
    path("payouts/", officer.payouts, name="payouts"),
    path("payouts/<serial:serial>/", officer.payout, name="payout"),
]

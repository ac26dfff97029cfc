"""Addresses of how late loans are: the portfolio, provisions, one loan's arrears, pauses."""

from django.urls import path

from loans.urls import converters  # noqa: F401  (the serial and the day)
from loans.views import arrears

loan_pages = [
    path("<serial:serial>/arrears/", arrears.arrears_of, name="arrears_of"),
    path("<serial:serial>/demand/<int:pk>/", arrears.demand, name="demand"),
]

office = [
    path("portfolio/", arrears.portfolio, name="portfolio"),
    path("portfolio/loans/", arrears.portfolio_loans, name="portfolio_loans"),
    path("portfolio/employer/", arrears.employer_pause, name="employer_pause"),
    path("provisions/", arrears.provisions, name="provisions"),
    path("provisions/<day:as_of>/", arrears.provision, name="provision"),
    path("loans/<serial:serial>/pause/", arrears.pause, name="pause"),
    path("pauses/<int:pk>/end/", arrears.stop_pause, name="stop_pause"),
]

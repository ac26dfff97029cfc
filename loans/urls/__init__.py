"""Addresses of lending: a member's own under `loans/` and `guarantees/`, the office's under `office/`.

The room answers from the root of the site.
"""

from django.urls import include, path

from loans.urls import arrears, changes, member, officer, offsets, products, promises

app_name = "loans"

urlpatterns = [
    path("loans/", include(member.loans)),
    path("loans/", include(officer.loan_pages)),
    path("loans/", include(arrears.loan_pages)),
    path("loans/", include(offsets.loan_pages)),
    path("guarantees/", include(member.guarantees)),
    path("guarantees/", include(promises.own)),
    path("office/", include(promises.office)),
    path("office/", include(officer.office)),
    path("office/", include(products.office)),
    path("office/", include(arrears.office)),
    path("office/", include(changes.office)),
    path("office/", include(offsets.office)),
]

"""Addresses of the kinds of loan and their rules."""

from django.urls import path

from loans.urls import converters  # noqa: F401  (the day converter)
from loans.views import products

office = [
    path("products/", products.products, name="products"),
    path("products/proposals/<int:pk>/", products.rules_proposal, name="rules_proposal"),
    path("products/<slug:code>/", products.product, name="product"),
    path("products/<slug:code>/propose/", products.propose, name="propose_rules"),
    path("products/<slug:code>/give/", products.give, name="give_product"),
    path("products/<slug:code>/<day:since>/", products.product_version, name="product_version"),
]

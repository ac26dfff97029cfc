"""Addresses of the API's loan calculator, to be included under `api/`; they stand without a stroke at the end."""

from django.urls import path

from loans import api

urlpatterns = [
    path("loan-calculator/calculate-emi", api.calculate_emi, name="calculate_emi"),
    path("loan-calculator/amortization-schedule", api.amortization_schedule, name="amortization_schedule"),
]

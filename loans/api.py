"""The loan calculator of the API, with the field names of the system that it takes over from.

Public, because it knows nothing of anybody. Amounts are text with two places, so that no reader makes floats of them.
"""

from __future__ import annotations

from decimal import Decimal

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
    throttle_classes,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from engine.schedules import Line, ScheduleTerms, build_schedule

LARGEST_LOAN = Decimal(1_000_000_000)
HIGHEST_RATE = Decimal(100)
LONGEST_TERM = 480


class TermsSerializer(serializers.Serializer):
    """The terms of a loan paid back by level monthly instalments on the reducing balance."""

    principal = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal(1), max_value=LARGEST_LOAN, help_text="Naira."
    )
    annualInterestRate = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=Decimal(0), max_value=HIGHEST_RATE,
        help_text="Percent a year; a twelfth is charged each month.",
    )  # fmt: skip
    tenureMonths = serializers.IntegerField(
        min_value=1, max_value=LONGEST_TERM, help_text="How many monthly instalments."
    )

    def lines(self) -> list[Line]:
        return build_schedule(
            ScheduleTerms(
                principal=self.validated_data["principal"],
                rate_percent=self.validated_data["annualInterestRate"],
                term=self.validated_data["tenureMonths"],
            )
        )


class _Money(serializers.DecimalField):
    def __init__(self, **options):
        super().__init__(max_digits=16, decimal_places=2, **options)


class InstalmentSerializer(serializers.Serializer):
    """What a loan costs; the last instalment clears and may differ from the others by some kobo."""

    monthlyEMI = _Money(help_text="The level monthly instalment.")
    totalPayment = _Money()
    totalInterest = _Money()


class ScheduleLineSerializer(serializers.Serializer):
    installmentNumber = serializers.IntegerField()
    openingBalance = _Money()
    emiAmount = _Money()
    principalAmount = _Money()
    interestAmount = _Money()
    closingBalance = _Money()


class ScheduleSerializer(InstalmentSerializer):
    """Every instalment of a loan; the principal amounts add up to the principal to the kobo."""

    installments = ScheduleLineSerializer(many=True)


EXAMPLE = OpenApiExample(
    "Twelve months at 12%", value={"principal": 500000, "annualInterestRate": 12, "tenureMonths": 12}, request_only=True
)


@extend_schema(request=TermsSerializer, responses=InstalmentSerializer, examples=[EXAMPLE], tags=["Loan calculator"])
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
@throttle_classes([AnonRateThrottle])
def calculate_emi(request: Request) -> Response:
    """The level monthly instalment of a loan and what it costs in all."""
    return Response(InstalmentSerializer(_cost(_lines(request))).data)


@extend_schema(request=TermsSerializer, responses=ScheduleSerializer, examples=[EXAMPLE], tags=["Loan calculator"])
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
@throttle_classes([AnonRateThrottle])
def amortization_schedule(request: Request) -> Response:
    """Every instalment of a loan: what is paid, its parts, and what is still owed after it."""
    lines = _lines(request)
    rows = [
        {
            "installmentNumber": line.number,
            "openingBalance": line.opening,
            "emiAmount": line.total,
            "principalAmount": line.principal,
            "interestAmount": line.interest,
            "closingBalance": line.closing,
        }
        for line in lines
    ]
    return Response(ScheduleSerializer({**_cost(lines), "installments": rows}).data)


def _lines(request: Request) -> list[Line]:
    terms = TermsSerializer(data=request.data)
    terms.is_valid(raise_exception=True)
    return terms.lines()


def _cost(lines: list[Line]) -> dict[str, Decimal]:
    return {
        "monthlyEMI": lines[0].total,
        "totalPayment": sum(line.total for line in lines),
        "totalInterest": sum(line.interest for line in lines),
    }

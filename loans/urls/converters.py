"""Numbers of papers in addresses."""

from datetime import date

from django.urls import register_converter

from loans.addresses import OURS, from_address, in_address


class SerialConverter:
    """A prefix, a year and a running number; or any other number of a loan, in one piece."""

    regex = rf"{OURS}|~[A-Za-z0-9._~-]+"

    def to_python(self, value: str) -> str:
        return from_address(value)

    def to_url(self, value: str) -> str:
        return in_address(value)


register_converter(SerialConverter, "serial")


class DayConverter:
    """A day of the calendar."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

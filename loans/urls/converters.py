"""Numbers of papers in addresses: `APP/2026/0001` and `LH/2026/001` keep their strokes."""

from django.urls import register_converter


class SerialConverter:
    """A prefix, a year and a running number."""

    regex = r"[^/]+/[0-9]{4}/[0-9]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SerialConverter, "serial")

"""An employer's payroll return, read as it comes: see `reading.read_return`."""

from reconciliation.returns.detecting import detect_layout
from reconciliation.returns.layouts import Layout
from reconciliation.returns.model import ParsedReturn, Part, Problem, ReturnLine, StatedTotal
from reconciliation.returns.reading import read_return

__all__ = [
    "Layout",
    "ParsedReturn",
    "Part",
    "Problem",
    "ReturnLine",
    "StatedTotal",
    "detect_layout",
    "read_return",
]

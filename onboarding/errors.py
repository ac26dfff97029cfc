"""Why the society's workbook, or what a person said about it, can be refused."""

from core.errors import DomainError


class MappingInvalid(DomainError):
    """When a mapping cannot be used with this workbook; `faults` names each by sheet and column."""

    def __init__(self, faults: list) -> None:
        self.faults = faults
        super().__init__(" ".join(str(fault) for fault in faults) or "This mapping cannot be used.", field="mapping")

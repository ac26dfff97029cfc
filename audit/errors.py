from core.errors import DomainError


class JobAlreadyRunning(DomainError):
    """Raised when another worker is running the same job for the same date."""

    message = "This is already running."

from datetime import date

import pytest

TODAY = date(2026, 10, 26)


@pytest.fixture
def october(monkeypatch):
    """The business date of the stories, for pages on a database without a practice clock."""
    for module in ("portal.views.home", "portal.views.members"):
        monkeypatch.setattr(f"{module}.business_date", lambda: TODAY)
    return TODAY

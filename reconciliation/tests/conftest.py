import pytest
from django.db import DatabaseError, connection, transaction

from reconciliation.tests.attacking import ROLES, refused


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Nobody in this cast types a password, and a slow hash for each would be the whole run."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def undone(db):
    """What an attack leaves behind would not commit: it is rolled back before the test's own end looks at it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def refused_to_both(as_role):
    """The site's role and the owner of the tables are both refused, whichever of the statements they try."""

    def check(*statements, match, arguments=()):
        for role in ROLES:
            for statement in statements:
                with as_role(role):
                    refused(statement, *arguments, match=match)

    return check


@pytest.fixture
def refused_at_commit(constraints_now):
    """The statement goes through, and the transaction does not."""

    def check(statement, *arguments, match):
        with pytest.raises(DatabaseError, match=match), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement, arguments)
            constraints_now()

    return check

import pytest
from django.db import DatabaseError, connection, transaction


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """The cast of lending is large and nobody in it types a password: a slow hash for each would be the whole run."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def attack(as_role, constraints_now):
    """Run statements in a role and let the deferred guards speak; returns the database's code, or None.

    Its `constraint` and `said` are the name and the words of the last refusal.
    """

    def run(role, statement, *parameters):
        with as_role(role):
            before = transaction.savepoint()
            try:
                with connection.cursor() as cursor:
                    cursor.execute(statement, parameters or None)
                constraints_now()
            except DatabaseError as refused:
                run.said = refused.__cause__.diag.message_primary
                run.constraint = refused.__cause__.diag.constraint_name
                return refused.__cause__.sqlstate
            finally:
                transaction.savepoint_rollback(before)
        return None

    return run

"""Sessions in the database, as Django keeps them, found by one plain statement.

Every page opens its session first. Building that one query anew each time costs several times what asking it does.
"""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils.timezone import now

from core.sql import load_sql

OPEN_SESSION = load_sql("users", "open_session")


class SessionStore(DatabaseSessionStore):
    def _get_session_from_db(self) -> Session | None:
        with connection.cursor() as cursor:
            cursor.execute(OPEN_SESSION, [self.session_key, now()])
            found = cursor.fetchone()
        if found:
            return Session(*found)
        self._session_key = None
        return None

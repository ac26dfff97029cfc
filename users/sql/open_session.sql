-- A session by its key, unless its time is over.
SELECT session_key, session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s

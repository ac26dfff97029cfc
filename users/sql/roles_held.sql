-- The roles that a person holds now.
SELECT role FROM users_rolegrant WHERE user_id = %s AND revoked_at IS NULL

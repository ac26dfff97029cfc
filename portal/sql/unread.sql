SELECT count(*) AS unread FROM notifications_message
 WHERE user_id = %(user)s AND channel = 'in_app' AND read_at IS NULL

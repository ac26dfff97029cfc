DROP TRIGGER audit_event_kept ON audit_event;
DROP TRIGGER audit_event_not_emptied ON audit_event;
GRANT UPDATE, DELETE ON audit_event TO cooploan_app;

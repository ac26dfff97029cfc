-- The guards of settlement quotes, attacked in loans/tests/test_quotes.py.
-- LQ a quote that was told stays as it was told.
CREATE TRIGGER loans_quote_final BEFORE UPDATE OR DELETE ON loans_settlementquote
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER loans_quote_no_truncate BEFORE TRUNCATE ON loans_settlementquote
  FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
ALTER TABLE loans_settlementquote ENABLE ALWAYS TRIGGER loans_quote_final;
ALTER TABLE loans_settlementquote ENABLE ALWAYS TRIGGER loans_quote_no_truncate;
REVOKE UPDATE, DELETE, TRUNCATE ON loans_settlementquote FROM cooploan_app;

DROP TRIGGER IF EXISTS loans_quote_final ON loans_settlementquote;
DROP TRIGGER IF EXISTS loans_quote_no_truncate ON loans_settlementquote;

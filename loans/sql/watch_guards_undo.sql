DROP TRIGGER IF EXISTS loans_change_watch ON loans_loanchange;
DROP FUNCTION IF EXISTS loans_keep_watch();

-- How long a loan with new terms is watched, and as how late it counts meanwhile, is written with the approval.
CREATE FUNCTION loans_keep_watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'requested' OR NEW.status <> 'approved' THEN
    RAISE EXCEPTION 'the watch after new terms begins with their approval and stays as it was written'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_change_watch BEFORE UPDATE ON loans_loanchange FOR EACH ROW
  WHEN ((OLD.watched_until, OLD.watch_days) IS DISTINCT FROM (NEW.watched_until, NEW.watch_days))
  EXECUTE FUNCTION loans_keep_watch();
ALTER TABLE loans_loanchange ENABLE ALWAYS TRIGGER loans_change_watch;

-- Arrears and provisions, attacked in loans/tests/test_arrears_guards.py.
-- A day that is over never changes · days past due are the day less the oldest unpaid due date · what happens to a loan
-- marks its standing stale, whoever did it · tables of classes, provisions and notices stay as they were written.

-- Most nights change some columns of some rows: with room on the page the new row stands beside the old one.
ALTER TABLE loans_loanstanding SET (fillfactor = 80);
ALTER TABLE loans_loanstanding ADD CONSTRAINT loans_standing_days CHECK (
  (oldest_due_on IS NULL AND days_past_due = 0)
  OR (as_of IS NOT NULL AND oldest_due_on IS NOT NULL AND days_past_due = as_of - oldest_due_on AND days_past_due > 0));

-- Stale: the figures of a loan are from before what has just happened to it.
CREATE FUNCTION loans_mark_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE loans_loanstanding s SET stale = true WHERE NOT s.stale AND s.loan_id IN (SELECT loan_id FROM touched);
  RETURN NULL;
END $$;
CREATE TRIGGER loans_installment_paid_stale AFTER UPDATE ON loans_installment REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION loans_mark_stale();
CREATE TRIGGER loans_installment_new_stale AFTER INSERT ON loans_installment REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION loans_mark_stale();
CREATE TRIGGER loans_pause_new_stale AFTER INSERT ON loans_loanpause REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION loans_mark_stale();
CREATE TRIGGER loans_pause_changed_stale AFTER UPDATE ON loans_loanpause REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION loans_mark_stale();
CREATE TRIGGER loans_pause_gone_stale AFTER DELETE ON loans_loanpause REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION loans_mark_stale();

-- A loan that begins to run has its standing from that moment; one that ends to run is looked at once more.
CREATE FUNCTION loans_mark_started() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO loans_loanstanding (loan_id, days_past_due, outstanding_principal, overdue_principal, overdue_interest,
      overdue_fee, accruing, late_naira_days, penalty_charged, penalty_paid, penalty_waived, provision,
      suspended_interest, employer_caused, stale)
  SELECT id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, true FROM touched WHERE status = 'active'
  ON CONFLICT (loan_id) DO NOTHING;
  UPDATE loans_loanstanding s SET stale = true FROM touched t WHERE s.loan_id = t.id AND NOT s.stale;
  RETURN NULL;
END $$;
CREATE TRIGGER loans_loan_new_stale AFTER INSERT ON loans_loan REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION loans_mark_started();
CREATE TRIGGER loans_loan_moved_stale AFTER UPDATE ON loans_loan REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION loans_mark_started();

-- A report for a day that is over says the same for ever.
CREATE FUNCTION loans_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.loan_id, NEW.from_on) <> (OLD.loan_id, OLD.from_on)
     OR OLD.from_on < (SELECT max(as_of) FROM loans_arrearsrun) THEN
    RAISE EXCEPTION 'how loan % stood on % is history', OLD.loan_id, OLD.from_on USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_history_keep BEFORE UPDATE OR DELETE ON loans_standinghistory
  FOR EACH ROW EXECUTE FUNCTION loans_keep_history();

CREATE FUNCTION loans_add_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added WHERE from_on < (SELECT max(as_of) FROM loans_arrearsrun)) THEN
    RAISE EXCEPTION 'nothing is added to a day that is over' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER loans_history_add AFTER INSERT ON loans_standinghistory REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION loans_add_history();

CREATE FUNCTION loans_keep_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.as_of, NEW.scheme_id, NEW.started_at)
                         <> (OLD.id, OLD.as_of, OLD.scheme_id, OLD.started_at)
     OR NEW.done_up_to < OLD.done_up_to OR (OLD.finished_at IS NOT NULL AND NEW.finished_at IS NULL) THEN
    RAISE EXCEPTION 'the pass of % only ever goes on', OLD.as_of USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_run_keep BEFORE UPDATE OR DELETE ON loans_arrearsrun
  FOR EACH ROW EXECUTE FUNCTION loans_keep_run();

-- A table of classes begins at no day late, and once it was used it only ever ends, not before its last use.
CREATE FUNCTION loans_check_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM loans_lateclass WHERE scheme_id = NEW.id AND from_days = 0) THEN
    RAISE EXCEPTION 'table % has no class that begins at 0 days', NEW.code USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER loans_scheme_begins AFTER INSERT ON loans_latescheme
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_scheme();

CREATE FUNCTION loans_keep_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.code, NEW.in_use, lower(NEW.valid)) <> (OLD.id, OLD.code, OLD.in_use, lower(OLD.valid))
     OR upper(NEW.valid) <= (SELECT max(as_of) FROM loans_arrearsrun WHERE scheme_id = OLD.id) THEN
    RAISE EXCEPTION 'table % was used: it can only end, after the last day of its use', OLD.code
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_scheme_keep BEFORE UPDATE OR DELETE ON loans_latescheme
  FOR EACH ROW EXECUTE FUNCTION loans_keep_scheme();

CREATE FUNCTION loans_add_class() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM loans_arrearsrun WHERE scheme_id = NEW.scheme_id) THEN
    RAISE EXCEPTION 'the table of class % was used: make a new one', NEW.name USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loans_class_add BEFORE INSERT ON loans_lateclass FOR EACH ROW EXECUTE FUNCTION loans_add_class();
CREATE TRIGGER loans_class_final BEFORE UPDATE OR DELETE ON loans_lateclass
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

-- A provision is the sum of its classes.
CREATE FUNCTION loans_check_provision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE lines numeric;
BEGIN
  SELECT coalesce(sum(required), 0) INTO lines FROM loans_provisionline WHERE run_id = NEW.id;
  IF lines <> NEW.required OR (NEW.entry_id IS NULL) <> (NEW.required = NEW.allowance_before) THEN
    RAISE EXCEPTION 'the provision of % is %, its classes add up to %', NEW.as_of, NEW.required, lines
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER loans_provision_adds_up AFTER INSERT ON loans_provisionrun
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION loans_check_provision();
CREATE TRIGGER loans_provision_final BEFORE UPDATE OR DELETE ON loans_provisionrun
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER loans_provision_line_final BEFORE UPDATE OR DELETE ON loans_provisionline
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER loans_late_notice_final BEFORE UPDATE OR DELETE ON loans_latenotice
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT t.tgname, t.tgrelid::regclass AS tab FROM pg_trigger t
    WHERE NOT t.tgisinternal AND (t.tgname LIKE 'loans\_%\_stale' OR t.tgrelid IN (
      'loans_standinghistory'::regclass, 'loans_arrearsrun'::regclass, 'loans_latescheme'::regclass,
      'loans_lateclass'::regclass, 'loans_provisionrun'::regclass, 'loans_provisionline'::regclass,
      'loans_latenotice'::regclass))
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guarded.tab, guarded.tgname);
  END LOOP;
END $$;

REVOKE DELETE, TRUNCATE ON loans_loanstanding, loans_standinghistory, loans_arrearsrun, loans_latescheme,
  loans_lateclass, loans_provisionrun, loans_provisionline, loans_latenotice FROM cooploan_app;
REVOKE TRUNCATE ON loans_loanpause FROM cooploan_app;
REVOKE UPDATE ON loans_lateclass, loans_provisionrun, loans_provisionline, loans_latenotice FROM cooploan_app;

-- The guards of reconciliation, attacked in reconciliation/tests/test_guards.py.
-- I16 posted + suspense = file total, for ever after · an issued schedule is frozen and its lines add up.

CREATE FUNCTION reconciliation_check_remittance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; r reconciliation_remittance; posted numeric; parked numeric; lines numeric;
BEGIN
  IF TG_TABLE_NAME = 'reconciliation_remittance' THEN
    which := NEW.id;
  ELSIF TG_TABLE_NAME = 'reconciliation_remittanceline' THEN
    which := NEW.remittance_id;
  ELSE
    SELECT remittance_id INTO which FROM reconciliation_remittanceline WHERE id = NEW.line_id;
  END IF;
  SELECT * INTO r FROM reconciliation_remittance WHERE id = which FOR UPDATE;
  IF r.status <> 'posted' THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(sum(amount), 0) INTO lines FROM reconciliation_remittanceline WHERE remittance_id = which;
  SELECT coalesce(sum(p.amount), 0) INTO posted FROM reconciliation_remittancepart p
    JOIN reconciliation_remittanceline l ON l.id = p.line_id WHERE l.remittance_id = which AND l.state = 'posted';
  SELECT coalesce(sum(s.amount), 0) INTO parked FROM reconciliation_suspenseitem s
    JOIN reconciliation_remittanceline l ON l.id = s.line_id WHERE l.remittance_id = which AND l.state = 'suspense';
  IF posted + parked <> r.file_total OR lines <> r.file_total THEN
    RAISE EXCEPTION 'remittance % is not explained: % posted, % in suspense, % in the file', which, posted, parked, r.file_total
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reconciliation_remittance_explained AFTER INSERT OR UPDATE ON reconciliation_remittance
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_remittance();

-- Once a return is posted, or being posted, nothing of it is added, changed or taken away but by its own posting.
CREATE FUNCTION reconciliation_keep_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE standing text;
BEGIN
  SELECT status INTO standing FROM reconciliation_remittance WHERE id = NEW.remittance_id FOR SHARE;
  IF TG_OP = 'INSERT' THEN
    IF standing <> 'matched' THEN
      RAISE EXCEPTION 'a return takes no line after it was imported' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.id, OLD.remittance_id, OLD.position, OLD.sheet, OLD.row, OLD.staff_number, OLD.name, OLD.amount)
     IS DISTINCT FROM (NEW.id, NEW.remittance_id, NEW.position, NEW.sheet, NEW.row, NEW.staff_number, NEW.name, NEW.amount)
     OR OLD.parts IS DISTINCT FROM NEW.parts THEN
    RAISE EXCEPTION 'what the employer sent does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state IN ('posted', 'suspense') THEN
    RAISE EXCEPTION 'line % is posted' , OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state IN ('posted', 'suspense') AND standing <> 'posting' THEN
    RAISE EXCEPTION 'a line is posted with its return' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_line_keep BEFORE INSERT OR UPDATE ON reconciliation_remittanceline
  FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_line();

CREATE FUNCTION reconciliation_keep_remittance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.schedule_id, OLD.file_hash, OLD.content_hash, OLD.file_total, OLD.received_on, OLD.imported_by_id)
     IS DISTINCT FROM
     (NEW.id, NEW.schedule_id, NEW.file_hash, NEW.content_hash, NEW.file_total, NEW.received_on, NEW.imported_by_id)
     OR (OLD.status IN ('posting', 'posted') AND
         (OLD.bank_credit, OLD.charge, OLD.receipt_id) IS DISTINCT FROM (NEW.bank_credit, NEW.charge, NEW.receipt_id))
     OR (OLD.status = 'posted' AND NEW.status <> 'posted') THEN
    RAISE EXCEPTION 'a return stays as it was imported and posted' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_remittance_keep BEFORE UPDATE ON reconciliation_remittance
  FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_remittance();

-- A part explains its line, never more than it; a suspense item is the whole line.
CREATE FUNCTION reconciliation_check_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owed numeric; standing text; told numeric;
BEGIN
  SELECT amount, state INTO owed, standing FROM reconciliation_remittanceline WHERE id = NEW.line_id FOR UPDATE;
  IF TG_TABLE_NAME = 'reconciliation_suspenseitem' THEN
    told := NEW.amount;
  ELSE
    SELECT sum(amount) INTO told FROM reconciliation_remittancepart WHERE line_id = NEW.line_id;
  END IF;
  IF told <> owed THEN
    RAISE EXCEPTION 'line % has %, and % is explained', NEW.line_id, owed, told USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reconciliation_part_explains AFTER INSERT ON reconciliation_remittancepart
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_line();
CREATE CONSTRAINT TRIGGER reconciliation_suspense_explains AFTER INSERT ON reconciliation_suspenseitem
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_line();
CREATE TRIGGER reconciliation_part_final BEFORE UPDATE OR DELETE ON reconciliation_remittancepart
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

CREATE FUNCTION reconciliation_keep_suspense() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.line_id, OLD.amount, OLD.opened_on) IS DISTINCT FROM (NEW.id, NEW.line_id, NEW.amount, NEW.opened_on)
     OR OLD.status = 'cleared' THEN
    RAISE EXCEPTION 'a suspense item is only ever cleared, and once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_suspense_keep BEFORE UPDATE ON reconciliation_suspenseitem
  FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_suspense();

-- An issued schedule: its lines add up to its total and its items to its lines, and none of them changes any more.
CREATE FUNCTION reconciliation_check_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked numeric; parts numeric; itemised numeric;
BEGIN
  SELECT coalesce(sum(total), 0), coalesce(sum(loans), 0) INTO asked, parts
    FROM reconciliation_deductionline WHERE schedule_id = NEW.id;
  SELECT coalesce(sum(i.amount), 0) INTO itemised FROM reconciliation_deductionitem i
    JOIN reconciliation_deductionline l ON l.id = i.line_id WHERE l.schedule_id = NEW.id;
  IF asked <> NEW.total OR parts <> itemised THEN
    RAISE EXCEPTION 'schedule % does not add up: lines %, total %', NEW.id, asked, NEW.total USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reconciliation_schedule_adds_up AFTER INSERT OR UPDATE ON reconciliation_deductionschedule
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_schedule();

CREATE FUNCTION reconciliation_keep_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'draft' AND
     (OLD.number, OLD.employer_id, OLD.month, OLD.version, OLD.total, OLD.prepared_by_id, OLD.approved_by_id, OLD.issued_at)
     IS DISTINCT FROM
     (NEW.number, NEW.employer_id, NEW.month, NEW.version, NEW.total, NEW.prepared_by_id, NEW.approved_by_id, NEW.issued_at) THEN
    RAISE EXCEPTION 'schedule % was issued: make another version', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_schedule_keep BEFORE UPDATE ON reconciliation_deductionschedule
  FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_schedule();

CREATE FUNCTION reconciliation_line_of_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE standing text;
BEGIN
  IF TG_TABLE_NAME = 'reconciliation_deductionline' THEN
    SELECT status INTO standing FROM reconciliation_deductionschedule WHERE id = NEW.schedule_id FOR SHARE;
  ELSE
    SELECT s.status INTO standing FROM reconciliation_deductionschedule s
      JOIN reconciliation_deductionline l ON l.schedule_id = s.id WHERE l.id = NEW.line_id;
  END IF;
  IF standing <> 'draft' THEN
    RAISE EXCEPTION 'the schedule was issued: make another version' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_deductionline_draft BEFORE INSERT ON reconciliation_deductionline
  FOR EACH ROW EXECUTE FUNCTION reconciliation_line_of_draft();
CREATE TRIGGER reconciliation_deductionitem_draft BEFORE INSERT ON reconciliation_deductionitem
  FOR EACH ROW EXECUTE FUNCTION reconciliation_line_of_draft();
CREATE TRIGGER reconciliation_deductionline_final BEFORE UPDATE OR DELETE ON reconciliation_deductionline
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER reconciliation_deductionitem_final BEFORE UPDATE OR DELETE ON reconciliation_deductionitem
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT t.tgname, t.tgrelid::regclass AS tab FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relname LIKE 'reconciliation\_%'
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guarded.tab, guarded.tgname);
  END LOOP;
END $$;

REVOKE DELETE, TRUNCATE ON reconciliation_deductionschedule, reconciliation_deductionline, reconciliation_deductionitem,
  reconciliation_remittance, reconciliation_remittanceline, reconciliation_remittancepart, reconciliation_suspenseitem
  FROM cooploan_app;
REVOKE UPDATE ON reconciliation_deductionline, reconciliation_deductionitem, reconciliation_remittancepart FROM cooploan_app;

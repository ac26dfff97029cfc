-- The guards of reconciliation, attacked in reconciliation/tests/test_guards.py and test_guards_schedules.py.
-- R05 posted + suspense = file total, for ever after · an issued schedule is frozen and its lines add up.

-- Returns --------------------------------------------------------------------------------------------------------------

-- The lines are the file, at any time; and of a posted return every line is explained by its parts or its suspense.
CREATE FUNCTION reconciliation_check_remittance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r reconciliation_remittance; posted numeric; parked numeric; lines numeric;
BEGIN
  SELECT * INTO r FROM reconciliation_remittance WHERE id = NEW.id;
  SELECT coalesce(sum(amount), 0) INTO lines FROM reconciliation_remittanceline WHERE remittance_id = r.id;
  IF lines <> r.file_total THEN
    RAISE EXCEPTION 'remittance % has lines of % and a file of %', r.id, lines, r.file_total USING ERRCODE = 'check_violation';
  END IF;
  IF r.status <> 'posted' THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(sum(p.amount), 0) INTO posted FROM reconciliation_remittancepart p
    JOIN reconciliation_remittanceline l ON l.id = p.line_id WHERE l.remittance_id = r.id AND l.state = 'posted';
  SELECT coalesce(sum(s.amount), 0) INTO parked FROM reconciliation_suspenseitem s
    JOIN reconciliation_remittanceline l ON l.id = s.line_id WHERE l.remittance_id = r.id AND l.state = 'suspense';
  IF posted + parked <> r.file_total THEN
    RAISE EXCEPTION 'remittance % is not explained: % posted, % in suspense, % in the file', r.id, posted, parked, r.file_total
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reconciliation_remittance_explained AFTER INSERT OR UPDATE ON reconciliation_remittance
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_remittance();

CREATE FUNCTION reconciliation_keep_remittance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.schedule_id, OLD.file_name, OLD.file_hash, OLD.content_hash, OLD.layout, OLD.problems, OLD.file_total,
      OLD.received_on, OLD.bank_reference, OLD.imported_by_id, OLD.imported_at)
     IS DISTINCT FROM
     (NEW.id, NEW.schedule_id, NEW.file_name, NEW.file_hash, NEW.content_hash, NEW.layout, NEW.problems, NEW.file_total,
      NEW.received_on, NEW.bank_reference, NEW.imported_by_id, NEW.imported_at)
     OR (OLD.status <> 'matched' AND
         (OLD.bank_credit, OLD.charge, OLD.charge_confirmed_by_id, OLD.receipt_id, OLD.posted_by_id)
         IS DISTINCT FROM (NEW.bank_credit, NEW.charge, NEW.charge_confirmed_by_id, NEW.receipt_id, NEW.posted_by_id))
     OR (OLD.status IN ('posted', 'dropped') AND OLD.posted_at IS DISTINCT FROM NEW.posted_at) THEN
    RAISE EXCEPTION 'a return stays as it was imported and posted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status <> NEW.status
     AND (OLD.status, NEW.status) NOT IN (('matched', 'posting'), ('matched', 'dropped'), ('posting', 'posted')) THEN
    RAISE EXCEPTION 'a return that is % does not become %', OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_remittance_keep BEFORE UPDATE ON reconciliation_remittance
  FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_remittance();

-- What the employer sent does not change. Whose it is may, until the posting begins; a matched line is posted and every
-- other one goes to suspense, each once.
CREATE FUNCTION reconciliation_keep_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE standing text;
BEGIN
  SELECT status INTO standing FROM reconciliation_remittance WHERE id = NEW.remittance_id FOR SHARE;
  IF TG_OP = 'INSERT' THEN
    IF standing <> 'matched' OR NEW.state IN ('posted', 'suspense') THEN
      RAISE EXCEPTION 'a return takes no line after it was imported' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.id, OLD.remittance_id, OLD.position, OLD.sheet, OLD.row, OLD.staff_number, OLD.name, OLD.amount, OLD.parts)
     IS DISTINCT FROM
     (NEW.id, NEW.remittance_id, NEW.position, NEW.sheet, NEW.row, NEW.staff_number, NEW.name, NEW.amount, NEW.parts) THEN
    RAISE EXCEPTION 'what the employer sent does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state IN ('posted', 'suspense') THEN
    RAISE EXCEPTION 'line % is posted' , OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF standing = 'matched' THEN
    IF NEW.state IN ('posted', 'suspense') THEN
      RAISE EXCEPTION 'a line is posted with its return' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF standing <> 'posting'
     OR NEW.state <> (CASE OLD.state WHEN 'matched' THEN 'posted' ELSE 'suspense' END)
     OR (OLD.member_id, OLD.expected, OLD.cause, OLD.confidence, OLD.reasons, OLD.alternatives, OLD.confirmed_by_id)
        IS DISTINCT FROM
        (NEW.member_id, NEW.expected, NEW.cause, NEW.confidence, NEW.reasons, NEW.alternatives, NEW.confirmed_by_id) THEN
    RAISE EXCEPTION 'the lines of a return that is % stay as they are', standing USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_line_keep BEFORE INSERT OR UPDATE ON reconciliation_remittanceline
  FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_line();

-- Parts and suspense ---------------------------------------------------------------------------------------------------

-- Parts explain their whole line: one that is posted, or one that was cleared from suspense.
CREATE FUNCTION reconciliation_check_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line reconciliation_remittanceline; told numeric;
BEGIN
  SELECT * INTO line FROM reconciliation_remittanceline WHERE id = NEW.line_id;
  SELECT sum(amount) INTO told FROM reconciliation_remittancepart WHERE line_id = NEW.line_id;
  IF told <> line.amount THEN
    RAISE EXCEPTION 'line % has %, and % is explained', line.id, line.amount, told USING ERRCODE = 'check_violation';
  END IF;
  IF line.state <> 'posted' AND NOT EXISTS (
    SELECT 1 FROM reconciliation_suspenseitem WHERE line_id = line.id AND status = 'cleared') THEN
    RAISE EXCEPTION 'line % is not posted, so no part of it is', line.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reconciliation_part_explains AFTER INSERT ON reconciliation_remittancepart
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_parts();
CREATE TRIGGER reconciliation_part_final BEFORE UPDATE OR DELETE ON reconciliation_remittancepart
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

-- A suspense item is a whole line in suspense; it is cleared when parts explain where its money went.
CREATE FUNCTION reconciliation_check_suspense() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE item reconciliation_suspenseitem; line reconciliation_remittanceline; told numeric;
BEGIN
  SELECT * INTO item FROM reconciliation_suspenseitem WHERE id = NEW.id;
  SELECT * INTO line FROM reconciliation_remittanceline WHERE id = item.line_id;
  IF item.amount <> line.amount OR line.state <> 'suspense' THEN
    RAISE EXCEPTION 'item % is not a line in suspense with its whole amount', item.id USING ERRCODE = 'check_violation';
  END IF;
  SELECT coalesce(sum(amount), 0) INTO told FROM reconciliation_remittancepart WHERE line_id = line.id;
  IF told <> (CASE item.status WHEN 'cleared' THEN line.amount ELSE 0 END) THEN
    RAISE EXCEPTION 'item % is % and % of it is explained', item.id, item.status, told USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reconciliation_suspense_explains AFTER INSERT OR UPDATE ON reconciliation_suspenseitem
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_suspense();

CREATE FUNCTION reconciliation_keep_suspense() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.line_id, OLD.amount, OLD.reason, OLD.opened_on)
     IS DISTINCT FROM (NEW.id, NEW.line_id, NEW.amount, NEW.reason, NEW.opened_on)
     OR OLD.status = 'cleared' THEN
    RAISE EXCEPTION 'a suspense item is only ever cleared, and once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_suspense_keep BEFORE UPDATE ON reconciliation_suspenseitem
  FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_suspense();

-- Schedules ------------------------------------------------------------------------------------------------------------

-- A schedule's lines add up to its total, and each line's loans to its items.
CREATE FUNCTION reconciliation_check_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total numeric; asked numeric; wrong bigint;
BEGIN
  SELECT s.total INTO total FROM reconciliation_deductionschedule s WHERE id = NEW.id;
  SELECT coalesce(sum(l.total), 0) INTO asked FROM reconciliation_deductionline l WHERE schedule_id = NEW.id;
  SELECT l.id INTO wrong FROM reconciliation_deductionline l
    LEFT JOIN reconciliation_deductionitem i ON i.line_id = l.id
    WHERE l.schedule_id = NEW.id GROUP BY l.id HAVING l.loans <> coalesce(sum(i.amount), 0) LIMIT 1;
  IF asked <> total OR wrong IS NOT NULL THEN
    RAISE EXCEPTION 'schedule % does not add up: lines %, total %, loans of line %', NEW.id, asked, total, wrong
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reconciliation_schedule_adds_up AFTER INSERT OR UPDATE ON reconciliation_deductionschedule
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_schedule();

CREATE FUNCTION reconciliation_keep_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.employer_id, OLD.month, OLD.version, OLD.total, OLD.prepared_by_id, OLD.prepared_at)
     IS DISTINCT FROM (NEW.id, NEW.employer_id, NEW.month, NEW.version, NEW.total, NEW.prepared_by_id, NEW.prepared_at)
     OR (OLD.status <> 'draft' AND (OLD.number, OLD.approved_by_id, OLD.issued_at)
         IS DISTINCT FROM (NEW.number, NEW.approved_by_id, NEW.issued_at)) THEN
    RAISE EXCEPTION 'schedule % stays as it was prepared and issued: make another version', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status <> NEW.status
     AND (OLD.status, NEW.status) NOT IN (('draft', 'issued'), ('draft', 'replaced'), ('issued', 'replaced')) THEN
    RAISE EXCEPTION 'a schedule that is % does not become %', OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
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
      JOIN reconciliation_deductionline l ON l.schedule_id = s.id WHERE l.id = NEW.line_id FOR SHARE OF s;
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

-- Nothing is taken away ------------------------------------------------------------------------------------------------

CREATE TRIGGER reconciliation_schedule_no_delete BEFORE DELETE ON reconciliation_deductionschedule
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER reconciliation_remittance_no_delete BEFORE DELETE ON reconciliation_remittance
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER reconciliation_line_no_delete BEFORE DELETE ON reconciliation_remittanceline
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER reconciliation_suspense_no_delete BEFORE DELETE ON reconciliation_suspenseitem
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['deductionschedule', 'deductionline', 'deductionitem', 'remittance', 'remittanceline',
                              'remittancepart', 'suspenseitem'] LOOP
    EXECUTE format('CREATE TRIGGER reconciliation_%1$s_no_truncate BEFORE TRUNCATE ON reconciliation_%1$s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION forbid_change()', kept);
  END LOOP;
END $$;

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

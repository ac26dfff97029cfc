-- The ledger's guards. Each is attacked as the app's role and as the owner in ledger/tests/test_guards.py.
-- I01 balanced entries · I02 no line after its transaction · I03 append-only · I04 stored balances ·
-- I05 control accounts take no lines · I06 floors · I07 and I08 holds · I28 exact reversals.

ALTER TABLE ledger_journalentry ADD COLUMN inserted_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

-- An entry carries the transaction that wrote it and that transaction's own start, neither of which its writer can
-- choose. The pair is never met again: a restored dump may repeat a transaction id, but not at the same moment.
CREATE FUNCTION ledger_stamp_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.inserted_xid := pg_current_xact_id();
  NEW.recorded_at := transaction_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_stamp BEFORE INSERT ON ledger_journalentry
  FOR EACH ROW EXECUTE FUNCTION ledger_stamp_entry();

CREATE FUNCTION ledger_apply_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE wrong bigint;
BEGIN
  SELECT l.entry_id INTO wrong
    FROM new_lines l JOIN ledger_journalentry e ON e.id = l.entry_id
   WHERE e.inserted_xid <> pg_current_xact_id() OR e.recorded_at <> transaction_timestamp()
      OR l.effective_on <> e.effective_on
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % is closed: a line belongs to the transaction and the date of its entry', wrong
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT l.account_id INTO wrong
    FROM new_lines l JOIN ledger_account a ON a.id = l.account_id WHERE a.is_control LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'account % is a control account: post to its sub-accounts', wrong USING ERRCODE = 'check_violation';
  END IF;
  -- Rows are locked in the order of their ids, as lock_accounts() does, so that two postings never wait for each other.
  PERFORM 1 FROM ledger_accountbalance
    WHERE account_id IN (SELECT account_id FROM new_lines) ORDER BY account_id FOR UPDATE;
  UPDATE ledger_accountbalance b SET balance = b.balance + d.change
    FROM (SELECT l.account_id,
                 sum(CASE a.normal_side WHEN 'debit' THEN l.debit - l.credit ELSE l.credit - l.debit END) AS change
            FROM new_lines l JOIN ledger_account a ON a.id = l.account_id GROUP BY l.account_id) d
   WHERE b.account_id = d.account_id AND d.change <> 0;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_line_apply AFTER INSERT ON ledger_journalline
  REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply_lines();

CREATE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE difference numeric; lines bigint;
BEGIN
  SELECT coalesce(sum(debit - credit), 0), count(*) INTO difference, lines
    FROM ledger_journalline WHERE entry_id = NEW.id;
  IF difference <> 0 OR lines < 2 THEN
    RAISE EXCEPTION 'entry % does not balance: % lines, debits exceed credits by %', NEW.reference, lines, difference
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.reverses_id IS NOT NULL AND EXISTS (
    (SELECT account_id, debit, credit, count(*) FROM ledger_journalline WHERE entry_id = NEW.id GROUP BY 1, 2, 3)
    EXCEPT
    (SELECT account_id, credit, debit, count(*) FROM ledger_journalline WHERE entry_id = NEW.reverses_id GROUP BY 1, 2, 3)
    UNION ALL
    ((SELECT account_id, credit, debit, count(*) FROM ledger_journalline WHERE entry_id = NEW.reverses_id GROUP BY 1, 2, 3)
    EXCEPT
    (SELECT account_id, debit, credit, count(*) FROM ledger_journalline WHERE entry_id = NEW.id GROUP BY 1, 2, 3))
  ) THEN
    RAISE EXCEPTION 'entry % does not mirror the entry that it reverses', NEW.reference USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_journalentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();

CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_journalentry
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_journalentry
  FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER ledger_line_append_only BEFORE UPDATE OR DELETE ON ledger_journalline
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER ledger_line_no_truncate BEFORE TRUNCATE ON ledger_journalline
  FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

-- An account opens with its balance row when it is a sub-account; what an account is never changes afterwards.
CREATE FUNCTION ledger_open_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO ledger_accountbalance (account_id, balance, held, floor)
    SELECT id, 0, 0, 0 FROM new_accounts WHERE control_id IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_account_open AFTER INSERT ON ledger_account
  REFERENCING NEW TABLE AS new_accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger_open_balance();

CREATE FUNCTION ledger_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.code, OLD.kind, OLD.normal_side, OLD.control_id, OLD.is_control)
     IS DISTINCT FROM (NEW.id, NEW.code, NEW.kind, NEW.normal_side, NEW.control_id, NEW.is_control) THEN
    RAISE EXCEPTION 'an account keeps its code, kind, side and control: open another' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_keep BEFORE UPDATE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_keep_account();
CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION forbid_change();

-- Holds: the amount is fixed, a release happens once, and held = sum of live holds because only these two write it.
CREATE FUNCTION ledger_hold_placed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE changed bigint; asked bigint;
BEGIN
  PERFORM 1 FROM ledger_accountbalance
    WHERE account_id IN (SELECT account_id FROM new_holds) ORDER BY account_id FOR UPDATE;
  UPDATE ledger_accountbalance b SET held = b.held + d.amount
    FROM (SELECT account_id, sum(amount) AS amount FROM new_holds WHERE released_at IS NULL GROUP BY account_id) d
   WHERE b.account_id = d.account_id;
  GET DIAGNOSTICS changed = ROW_COUNT;
  SELECT count(DISTINCT account_id) INTO asked FROM new_holds WHERE released_at IS NULL;
  IF changed <> asked OR EXISTS (SELECT 1 FROM new_holds WHERE released_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a hold is placed on a sub-account, and released later' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_hold_place AFTER INSERT ON ledger_hold
  REFERENCING NEW TABLE AS new_holds FOR EACH STATEMENT EXECUTE FUNCTION ledger_hold_placed();

CREATE FUNCTION ledger_hold_release_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.released_at IS NOT NULL OR NEW.released_at IS NULL
     OR (OLD.id, OLD.account_id, OLD.amount, OLD.purpose, OLD.reference, OLD.placed_at, OLD.placed_by_id)
        IS DISTINCT FROM (NEW.id, NEW.account_id, NEW.amount, NEW.purpose, NEW.reference, NEW.placed_at, NEW.placed_by_id)
  THEN
    RAISE EXCEPTION 'a hold is only ever released, and once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_hold_keep BEFORE UPDATE ON ledger_hold FOR EACH ROW EXECUTE FUNCTION ledger_hold_release_only();

CREATE FUNCTION ledger_hold_released() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM ledger_accountbalance
    WHERE account_id IN (SELECT account_id FROM new_holds) ORDER BY account_id FOR UPDATE;
  UPDATE ledger_accountbalance b SET held = b.held - d.amount
    FROM (SELECT account_id, sum(amount) AS amount FROM new_holds GROUP BY account_id) d
   WHERE b.account_id = d.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_hold_release AFTER UPDATE ON ledger_hold
  REFERENCING NEW TABLE AS new_holds FOR EACH STATEMENT EXECUTE FUNCTION ledger_hold_released();
CREATE TRIGGER ledger_hold_no_delete BEFORE DELETE ON ledger_hold FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER ledger_hold_no_truncate BEFORE TRUNCATE ON ledger_hold
  FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

-- Locks the stored balances of an operation, once, by id. The app's role may not update them, so it may not lock
-- them by itself either.
CREATE FUNCTION ledger_lock_accounts(ids bigint[]) RETURNS TABLE (account_id bigint, balance numeric, held numeric)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.account_id, b.balance, b.held FROM ledger_accountbalance b
   WHERE b.account_id = ANY (ids) ORDER BY b.account_id FOR UPDATE;
$$;

DO $$
DECLARE guarded text;
BEGIN
  FOR guarded IN SELECT format('%I', t.tgname) || ' ON ' || t.tgrelid::regclass
    FROM pg_trigger t
   WHERE NOT t.tgisinternal AND t.tgrelid IN
     ('ledger_journalentry'::regclass, 'ledger_journalline'::regclass, 'ledger_account'::regclass, 'ledger_hold'::regclass)
  LOOP
    EXECUTE 'ALTER TABLE ' || split_part(guarded, ' ON ', 2) || ' ENABLE ALWAYS TRIGGER ' || split_part(guarded, ' ON ', 1);
  END LOOP;
END $$;

REVOKE UPDATE, DELETE, TRUNCATE ON ledger_journalentry, ledger_journalline FROM cooploan_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_accountbalance FROM cooploan_app;
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_account, ledger_hold FROM cooploan_app;
GRANT UPDATE (name) ON ledger_account TO cooploan_app;
GRANT UPDATE (released_at, released_by_id) ON ledger_hold TO cooploan_app;
REVOKE ALL ON FUNCTION ledger_lock_accounts(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_lock_accounts(bigint[]) TO cooploan_app;

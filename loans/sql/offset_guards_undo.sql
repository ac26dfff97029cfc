DROP FUNCTION IF EXISTS loans_keep_offset() CASCADE;
DROP TRIGGER IF EXISTS loans_offset_no_delete ON loans_savingsoffset;

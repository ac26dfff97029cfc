INSERT INTO core_serialcounter AS counter (document, year, last)
VALUES (%s, %s, %s)
ON CONFLICT (document, year) DO UPDATE SET last = greatest(counter.last, excluded.last)
RETURNING last

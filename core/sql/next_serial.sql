INSERT INTO core_serialcounter AS counter (document, year, last)
VALUES (%s, %s, 1)
ON CONFLICT (document, year) DO UPDATE SET last = counter.last + 1
RETURNING last

-- A million rows from a fixed sequence; every SELECT prints what the two runs must agree on.
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32000;
PRAGMA temp_store = MEMORY;

CREATE TABLE event (id INTEGER PRIMARY KEY, person INTEGER, amount REAL, note TEXT);
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT UNIQUE);

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
INSERT INTO event
SELECT i, (i * 7919) % 10007, ((i * 104729) % 1000003) / 8.0,
       printf('note %d %s', i % 5003, substr('abcdefghijklmnopqrstuvwxyz', i % 13 + 1, i % 11 + 1)) FROM n;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10006)
INSERT INTO person SELECT i, printf('person-%05x', (i * 48271) % 1000003) FROM n;

CREATE INDEX event_note ON event (note, amount);
SELECT 'rows', count(*) FROM event;
PRAGMA integrity_check;

SELECT name, count(*), sum(amount), min(note), max(note)
FROM event JOIN person ON person.id = event.person GROUP BY name ORDER BY 3 DESC, 1 LIMIT 50;
SELECT note, count(*), group_concat(id) FROM event WHERE note LIKE 'note 12%' GROUP BY note ORDER BY note LIMIT 100;
SELECT count(DISTINCT note), count(DISTINCT amount), total(length(note)) FROM event;
SELECT id, sum(amount) OVER (PARTITION BY person ORDER BY id) FROM event ORDER BY amount, id LIMIT 100;
SELECT person, length(json_group_array(json_object('id', id, 'note', note)))
FROM event WHERE id <= 100000 GROUP BY person ORDER BY person LIMIT 200;

.system cat /proc/$PPID/maps >maps

BEGIN;
UPDATE event SET note = note || upper(note) WHERE id % 17 = 0;
DELETE FROM event WHERE id % 3 = 1;
COMMIT;
VACUUM;
SELECT count(*), sum(length(note)), sum(amount) FROM event;
PRAGMA integrity_check;

CREATE TABLE t (id INTEGER PRIMARY KEY, kind INTEGER, name TEXT, value REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
INSERT INTO t SELECT i, i % 977, 'name ' || (i * 7919 % 1000003), i * 0.25 FROM n;
CREATE INDEX by_name ON t (name);
SELECT count(*), sum(length(group_concat)) FROM (SELECT kind, group_concat(name) AS group_concat FROM t GROUP BY kind);
UPDATE t SET name = name || ' x' WHERE kind < 60;
DELETE FROM t WHERE kind BETWEEN 100 AND 160;
SELECT count(DISTINCT substr(name, 1, 9)), round(sum(value), 2) FROM t;

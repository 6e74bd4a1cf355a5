-- The same answers every time: text, JSON, full text, geometry, windows, parallel aggregates, recursion, procedures.
create table words as
  select id, 'word' || (id * 7919 % 30011) as word, jsonb_build_object('n', id, 'list', array[id, id % 7]) as data
  from generate_series(1, 100000) id;
create index on words (word);
create index on words using gin (data);
create index on words using hash (id);
analyze words;
select count(*), sum(length(word)), md5(string_agg(word, ',' order by id)) from words;
select count(*) from words where data @> '{"list": [5]}';
select word, count(*) from words group by word order by 2 desc, 1 limit 5;
select sum(rank) from (select dense_rank() over (partition by id % 100 order by word) as rank from words) as ranked;
select md5(string_agg(array_to_string(regexp_split_to_array(word, '[0-4]'), '|'), ';' order by id)) from words;
select count(*) from words where to_tsvector('english', word || ' running dogs') @@ to_tsquery('english', 'dog & run');
with recursive tree(n, path) as (select 1, '1' union all select n + 1, path || '.' || n from tree where n < 2000)
  select max(length(path)) from tree;
do $$ declare total numeric := 1; begin
  for i in 1 .. 2000 loop total := total * i; end loop;
  raise notice '%', length(total::text);
end $$;
select count(*) from (select xmlelement(name one, word)::text from words limit 5000) as made where length(xmlelement) > 5;
update words set word = upper(word) where id % 3 = 0;
delete from words where id % 11 = 0;
vacuum full words;
explain (costs off) select sum(id) from words where word like '%9';
select sum(id) from words where word like '%9';

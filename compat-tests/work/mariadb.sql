-- The same answers every time.
create database work;
use work;
set group_concat_max_len = 100000000;
create table words (id int primary key, word varchar(40), data json, key (word)) engine = InnoDB;
insert into words select seq, concat('word', seq * 7919 % 30011), json_object('n', seq, 'list', json_array(seq, seq % 7))
  from seq_1_to_60000;
create table pages (id int auto_increment primary key, text longtext, fulltext (text)) engine = Aria;
insert into pages (text) select group_concat(word order by id separator ' ') from words group by id div 100;
create table log (client int, n int, what longtext, primary key (client, n)) engine = InnoDB;
select count(*), sum(length(word)), md5(group_concat(word order by id)) from words;
select word, count(*) from words group by word order by 2 desc, 1 limit 5;
select count(*) from words where json_value(data, '$.list[1]') = 5;
select sum(ranked) from (select dense_rank() over (partition by id % 100 order by word) as ranked from words) as r;
select count(*) from pages where match (text) against ('word17 word4711');
select md5(group_concat(regexp_replace(word, '([0-9])\\1', '<\\1>') order by id)) from words;
with recursive tree as (select 1 as n, cast('1' as char(20000)) as path
  union all select n + 1, concat(path, '.', n) from tree where n < 500) select max(length(path)) from tree;
update words set word = upper(word) where id % 3 = 0;
delete from words where id % 11 = 0;
optimize table words;

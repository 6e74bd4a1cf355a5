# Commands for redis-cli: every type of value, small and large encodings, much overwritten, grown
# and deleted; the same commands each time.

function next_random(limit) {
  seed = (seed * 16807) % 2147483647
  return seed % limit
}

function text(length_,    s) {
  s = sprintf("%d-", next_random(1000000))
  while (length(s) < length_) s = s s
  return substr(s, 1, length_)
}

BEGIN {
  seed = 4711
  for (i = 0; i < 30000; i++) {
    kind = i % 10
    if (kind == 0) print "SET string" next_random(500), text(1 + next_random(3000))
    if (kind == 1) print "APPEND string" next_random(500), text(1 + next_random(200))
    if (kind == 2) print "RPUSH list" next_random(40), text(1 + next_random(100)), text(5)
    if (kind == 3) print "HSET hash" next_random(20), "field" next_random(600), text(1 + next_random(90))
    if (kind == 4) print "SADD set" next_random(20), next_random(100000), text(8)
    if (kind == 5) print "ZADD sorted" next_random(20), next_random(5000) / 4, "member" next_random(2000)
    if (kind == 6) print "SETRANGE string" next_random(500), next_random(2000), text(20)
    if (kind == 7) print (i % 4 ? "LPOP list" next_random(40) : "LTRIM list" next_random(40) " -200 -1")
    if (kind == 8) print (i % 3 ? "HDEL hash" next_random(20) " field" next_random(600) : "DEL string" next_random(500))
    if (kind == 9) print "ZREMRANGEBYRANK sorted" next_random(20), 0, next_random(3)
  }
  print "EVAL \"local t = {} for i = 1, 50000 do t[i] = tostring(i) .. 'x' end " \
    "redis.call('set', KEYS[1], table.concat(t)) return #t\" 1 joined"
  print "SUNIONSTORE union set1 set2 set3"
  print "ZUNIONSTORE zunion 2 sorted1 sorted2"
  print "SORT list7 ALPHA STORE sortedlist"
}

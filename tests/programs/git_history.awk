# A git fast-import stream: 300 commits over 40 files, the same bytes each time. Two branches that
# merge at the end, files that grow, shrink and vanish: what deltas and gc like to chew on.

function next_random(limit) {
  seed = (seed * 16807) % 2147483647
  return seed % limit
}

function commit(branch, n, from,    file, i, lines) {
  printf "commit refs/heads/%s\nmark :%d\n", branch, n
  printf "committer A U Thor <author@example.com> %d +0000\n", 1000000000 + n * 60
  printf "data <<END\nchange %d on %s\nEND\n", n, branch
  if (from) printf "%s", from
  for (file = 0; file < 4; file++) {
    printf "M 100644 inline dir%d/file%d.txt\ndata <<END\n", next_random(5), next_random(8)
    lines = 20 + next_random(200)
    for (i = 0; i < lines; i++) printf "line %d of %d: %d\n", i, n % 7, next_random(30) * i
    print "END"
  }
  if (n % 25 == 0) printf "D dir%d\n", next_random(5)
  print ""
}

BEGIN {
  seed = 20240229
  commit("main", 1, "")
  commit("topic", 2, "from :1\n")
  for (n = 3; n <= 299; n++) commit(n % 3 ? "main" : "topic", n, "")
  commit("main", 300, "merge refs/heads/topic\n")
  print "reset refs/tags/v1\nfrom :150\n"
  print "done"
}

# The documents say what is there: every path they cite exists, every command in them is well-formed, and each block of
# commands is either run by a test or says why not. tests/newcomer runs them; this is the fast form.

load ../newcomer/blocks

setup() { cd "$OX_SOURCE" || return 1; }

documents() { git ls-files '*.md' 2>/dev/null | grep . || find . -name '*.md' -not -path './build*'; }

# Paths in links and in backquotes. Of the latter: those of the repository's own folders, without words that stand for
# others (NAME, *, $, {).
cited() {
  grep -oE '\]\([^)#: ]+\)' "$1" | sed 's/^](//; s/)$//'
  grep -oE '`[^`]+`' "$1" | tr -d '`' | sed 's/[ :].*//' |
    grep -E '^(\.ci|bench|cmake|docs|include|packaging|scripts|src|tests)/' | grep -vE '[*${<[]|NN|NAME'
  return 0
}

# exists DOCUMENT PATH: from the document's folder, or from the root.
exists() { [ -e "$(dirname "$1")/$2" ] || [ -e "$2" ]; }

@test "every path that a document cites exists" {
  checked=0
  missing=0
  while read -r document; do
    while read -r path; do
      checked=$((checked + 1))
      exists "$document" "$path" || { echo "$document: $path"; missing=1; }
    done < <(cited "$document")
  done < <(documents)
  echo "$checked paths"
  [ "$missing" -eq 0 ]
  [ "$checked" -ge 40 ]
}

@test "every path that a source, a script or a test cites in a comment exists" {
  missing=0
  checked=0
  while IFS=: read -r file line path; do
    checked=$((checked + 1))
    exists "$file" "$path" || [ -e "src/$path" ] || { echo "$file:$line: $path"; missing=1; }
  # Left out: paths in other projects, and in a package's tree while it is made.
  done < <(grep -rnoE '\b((src|tests|scripts|docs|bench|packaging)/[A-Za-z0-9_./-]+|(base|os|span|heap|api|cli)/[a-z0-9_]+)\.(h|cpp|c|sh|bats|bash|md|txt|[1578])\b' \
    src tests scripts bench cmake packaging CMakeLists.txt --include='*.h' --include='*.cpp' --include='*.c' \
    --include='*.sh' --include='*.bash' --include='*.cmake' --include=CMakeLists.txt | grep -vE '^tests/(lint/|preload/rows/filters\.h:)|^scripts/package\.sh:')
  echo "$checked paths"
  [ "$missing" -eq 0 ]
  [ "$checked" -ge 200 ]
}

@test "each block of commands is run by a test, or says why not" {
  bad=0
  for document in README.md CONTRIBUTING.md; do
    while IFS=$'\t' read -r line announced; do
      case $announced in
        'newcomer: '?*) grep -q "follow ${announced#newcomer: }\b" tests/newcomer/newcomer.bats || { echo "$document:$line: no test runs $announced"; bad=1; } ;;
        'not run: '????????*) ;;
        *) echo "$document:$line: neither run nor excused"; bad=1 ;;
      esac
    done < <(blocks "$document")
  done
  [ "$bad" -eq 0 ]
  [ "$(blocks README.md | wc -l)" -ge 12 ]
}

@test "each block of commands is well-formed, and its tools and options exist" {
  while IFS=$'\t' read -r line _; do
    at_line README.md "$line" >"$BATS_TEST_TMPDIR/block"
    bash -n "$BATS_TEST_TMPDIR/block" || { echo "README.md:$line"; return 1; }
    while read -r script; do [ -x "$script" ] || { echo "README.md:$line: $script"; return 1; }; done < <(
      grep -oE '^scripts/[a-z-]+\.sh' "$BATS_TEST_TMPDIR/block")
    [ -x "$OX_BUILD/bin/oxidalloc" ] || continue
    while read -r tool options; do
      for option in $(grep -oE -- '--[a-z-]+' <<<"$options"); do
        "$OX_BUILD/bin/$tool" --help | grep -q -- "$option\b" || "$OX_BUILD/bin/$tool" add --help | grep -q -- "$option\b" ||
          { echo "README.md:$line: $tool $option"; return 1; }
      done
    done < <(grep -oE '^oxidalloc-[a-z]+.*' "$BATS_TEST_TMPDIR/block")
  done < <(blocks README.md)
}

@test "the version is the same everywhere" {
  version=$(sed -n 's/^project(oxidalloc VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
  grep -q "^## $version\b" CHANGELOG.md
  grep -q "Version $version:" README.md
  grep -q "\"$version\"" include/oxidalloc.h
}

# Prints what each kind of work comes to. External programs: sort, tr, cat, cksum.
set -euo pipefail

# A big array, filled, sparsely unset, sliced and joined.
for ((i = 0; i < 60000; i++)); do list[i]=item$((i * 7919 % 60013)); done
for ((i = 0; i < 60000; i += 3)); do unset "list[i]"; done
echo "array ${#list[@]} ${list[*]:1000:5} $(printf '%s\n' "${list[@]}" | sort | cksum)"

# An associative array, written over many times.
declare -A map
for ((i = 0; i < 30000; i++)); do map[key$((i % 4999))]+=$((i % 10)); done
echo "map ${#map[@]} ${map[key17]} $(for key in "${!map[@]}"; do echo "$key=${map[$key]}"; done | sort | cksum)"

# A string that doubles, is cut and replaced in.
string=abc
for ((i = 0; i < 16; i++)); do string+=$string; done
replaced=${string//b/<->}
echo "string ${#string} ${#replaced} $(cksum <<<"${replaced:1000:50000}")"

# Subshells: each inherits all of the above, changes its copy, and answers.
total=0
for ((i = 0; i < 200; i++)); do
  answer=$(list[i]=changed; map[new]=$i; echo $((${#list[@]} + ${#map[@]} + i)))
  total=$((total + answer))
done
echo "subshells $total ${list[1]}"

# Pipelines of the shell itself on every stage.
produce() { for ((j = 0; j < $1; j++)); do echo "line $j $((j * j % 1009))"; done; }
double() { while read -r word number rest; do echo "$word $((number * 2)) $rest"; done; }
produce 5000 | double | (mapfile -t lines; printf '%s\n' "${lines[@]}") | tr a-z A-Z | sort -k 3n -k 2n | cksum

# Process substitution, here-documents, nested command substitution, functions with local arrays.
cat <(produce 300) <(produce 200 | double) | cksum
cat <<TEXT | cksum
$(for ((i = 0; i < 50; i++)); do echo "$(echo "$(echo "nested $i")")"; done)
TEXT
sum() {
  local -a copy=("$@")
  ((${#copy[@]} == 0)) && { echo 0; return; }
  echo $((copy[0] + $(sum "${copy[@]:1}")))
}
echo "recursion $(sum {1..60})"

# Many children in the background at once.
for ((i = 0; i < 30; i++)); do (produce 100 >/dev/null; exit $((i % 7))) & children+=($!); done
statuses=
for child in "${children[@]}"; do
  status=0
  wait "$child" || status=$?
  statuses+=$status
done
echo "statuses $statuses"
cat /proc/$$/maps >maps
echo end

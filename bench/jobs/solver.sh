#!/bin/sh
# A job: z3 refutes a pigeonhole problem and factors in bit vectors. Exit status 77: not installed.
set -eu
command -v z3 >/dev/null || { echo "z3 is not installed" >&2; exit 77; }
{
  pigeons=10
  p=0
  while [ $p -lt $pigeons ]; do
    h=1
    clause=
    while [ $h -lt $pigeons ]; do
      echo "(declare-const p${p}_$h Bool)"
      clause="$clause p${p}_$h"
      q=0
      while [ $q -lt $p ]; do
        echo "(assert (not (and p${p}_$h p${q}_$h)))"
        q=$((q + 1))
      done
      h=$((h + 1))
    done
    echo "(assert (or$clause))"
    p=$((p + 1))
  done
  echo "(check-sat)(reset)"
  for n in 51475147 96485233 120000343 187002337; do
    echo "(declare-const a (_ BitVec 28))(declare-const b (_ BitVec 28))"
    echo "(assert (= (bvmul a b) (_ bv$n 28)))(assert (bvult a (_ bv19000 28)))"
    echo "(assert (bvult b (_ bv19000 28)))(assert (bvugt a (_ bv1 28)))(assert (bvugt b (_ bv1 28)))"
    echo "(check-sat)(reset)"
  done
  echo "(declare-fun f (Int) Int)(declare-const n Int)"
  i=0
  while [ $i -lt 400 ]; do
    echo "(assert (> (f (+ n $i)) (+ (f (+ n (div $i 2))) (mod $i 7))))"
    i=$((i + 1))
  done
  echo "(assert (< (f (+ n 399)) (f n)))(check-sat)"
} | z3 -T:60 -in

;; Prints a checksum per kind of work of Guile's: big numbers (which it takes from malloc by GMP), hash tables, strings,
;; bytevectors, regular expressions, threads.
(use-modules (ice-9 regex) (ice-9 threads) (rnrs bytevectors) (srfi srfi-1))

(define (show name value) (format #t "~a ~a~%" name value))
(define (factorial n) (fold * 1 (iota n 1)))
(show "numbers" (modulo (quotient (factorial 6000) (factorial 5000)) 1000000007))

(define table (make-hash-table))
(for-each (lambda (i) (hash-set! table (string-append "key" (number->string (modulo (* i 7919) 50021))) (iota (modulo i 9))))
          (iota 100000))
(show "tables" (hash-fold (lambda (key value sum) (+ sum (string-length key) (apply + value))) 0 table))

(define text (string-join (map number->string (iota 5000 1)) ";"))
(show "expressions" (string-length (regexp-substitute/global #f "([0-9]+)3;" text 'pre "<" 1 ">" 'post)))
(show "vectors" (fold (lambda (i sum) (+ sum (bytevector-length (make-bytevector (modulo (* i 31) 9000) 1)))) 0 (iota 20000)))
(show "threads" (par-map (lambda (n) (modulo (factorial (* n 300)) 999999937)) (iota 12 1)))
(gc)
(sleep 1)
(show "end" "")

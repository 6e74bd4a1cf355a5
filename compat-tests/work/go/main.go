// Prints checksums of work that crosses from Go to C and back: blocks of malloc's made in one goroutine, grown in another
// and freed in a third; beside it Go's own heap, which is none of the library's business.
package main

// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"crypto/sha256"
	"fmt"
	"os/exec"
	"sort"
	"strings"
	"sync"
	"time"
	"unsafe"
)

type block struct {
	data unsafe.Pointer
	size int
}

func make_blocks(seed int, out chan<- block) {
	for i := 0; i < 20000; i++ {
		size := 1 + (i*seed*37)%5000
		data := C.malloc(C.size_t(size))
		C.memset(data, C.int(i%251), C.size_t(size))
		out <- block{data, size}
	}
}

func grow(in <-chan block, out chan<- block) {
	for one := range in {
		out <- block{C.realloc(one.data, C.size_t(one.size*2)), one.size}
	}
}

func add_up(in <-chan block) (sum int) {
	for one := range in {
		for _, value := range unsafe.Slice((*byte)(one.data), one.size) {
			sum += int(value)
		}
		C.free(one.data)
	}
	return
}

func cross() int {
	made, grown := make(chan block, 500), make(chan block, 500)
	var makers, growers sync.WaitGroup
	for i := 1; i <= 8; i++ {
		makers.Add(1)
		go func(seed int) { make_blocks(seed, made); makers.Done() }(i)
		growers.Add(1)
		go func() { grow(made, grown); growers.Done() }()
	}
	go func() { makers.Wait(); close(made); growers.Wait(); close(grown) }()
	return add_up(grown)
}

func words() string {
	counts := map[string]int{}
	for i := 0; i < 500000; i++ {
		counts[fmt.Sprint("word", (i*7919)%30011)]++
	}
	lines := []string{}
	for word, count := range counts {
		lines = append(lines, fmt.Sprint(word, " ", count))
	}
	sort.Strings(lines)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "\n"))))[:16]
}

func main() {
	fmt.Println("cross", cross())
	fmt.Println("words", words())
	child, err := exec.Command("sh", "-c", "seq 100 | wc -l").Output()
	fmt.Println("child", strings.TrimSpace(string(child)), err)
	kept := C.malloc(1 << 20)
	time.Sleep(time.Second)
	C.free(kept)
	fmt.Println("end")
}

// Conversions between strings, bytes and runes that make no copy, or one in the frame, where nothing can tell.
package main

import (
	"fmt"
	"strings"
	"unsafe"
)

var kept []string
var bytesKept []byte

//go:noinline
func keep(s string) { kept = append(kept, s) }

//go:noinline
func look(s string) int { return len(s) + int(s[0]) }

//go:noinline
func fill(n int) int {
	var a [32]int
	for i := range a {
		a[i] = n
	}
	if n > 0 {
		return fill(n-1) + a[3]
	}
	return 0
}

//go:noinline
func mutate(b []byte) bool { b[0] = '!'; return true }

func joined(b []byte) string {
	t := unsafe.String(&b[0], len(b)) // b's own bytes
	return t + ""
}

func local() string {
	var buf [8]byte
	copy(buf[:], "framed!!")
	s := unsafe.String(&buf[0], len(buf))
	empty := buf[:0]
	return string(empty) + s + string(empty)
}

func main() {
	b := []byte("key")
	m := map[string]int{"key": 1}
	m[string(b)]++
	b[0] = 'K'
	m[string(b)] = 7
	b[1] = 'E'
	fmt.Println(m["key"], m["Key"], len(m))
	if v, ok := m[string(b)]; ok || v != 0 {
		fmt.Println("found", v)
	}
	fmt.Println(string(b) == "KEy", "KEy" < string(b), string(b) == strings.ToUpper("key"))
	before := string(b)
	fmt.Println(before == string(b) && mutate(b), before, string(b))
	for i := 0; i < 3; i++ {
		s := string(b[:i+1])
		keep(s)
		fmt.Print(look(s), look(string(rune('a'+i*1000))), " ")
	}
	fill(20)
	fmt.Println(kept)
	prev := ""
	for _, w := range []string{"one", "two", "two"} {
		cur := []byte(w)
		s := string(cur)
		fmt.Print(s == prev, " ")
		prev = s
	}
	fmt.Println(prev)
	x := joined([]byte("shared"))
	y := local()
	fill(20)
	fmt.Println(x, y)
	w := []byte("write")
	r := []byte("write")
	w[0] = 'W'
	n := 0
	for _, c := range r {
		n += int(c)
	}
	fmt.Println(string(w), n, cap([]byte("x")) >= 1)
	none := ""
	e := []byte(none)
	fmt.Println(e == nil, len(e), string(e) == "")
	bytesKept = []byte("kept for long enough not to fit into thirty-two bytes")
	short := []byte("short")
	bytesKept = append(bytesKept[:4], short...)
	fill(20)
	fmt.Println(string(bytesKept))
	s := append([]int{1, 2}, make([]int, 3)...)
	s = append(s[:1], make([]int, n%3)...)
	fmt.Println(s, len(append([]string(nil), make([]string, 2)...)))
	defer func() { fmt.Println(recover()) }()
	n = -n
	_ = append(s, make([]int, n)...)
}

// Constants are exact until they are given a type; iota counts specs; kinds mix to the larger one.
package main

import "fmt"

const (
	big  = 1 << 100
	huge = big * big
	fits = huge / big >> 98
	f    = 1.0 / 3
	one  = f * 3
)

const (
	a = iota * 10
	b
	_
	c, d = iota, iota + 0.5
	e, g
	h = "s"
	i
	j = iota
)

type weekday uint8

const (
	sun weekday = iota
	mon
	tue
)
const (
	kb = 1 << (10 * (iota + 1))
	mb
	gb
)
const r = 'a' + 1
const typed int8 = -128
const mask = ^uint8(0)
const (
	x = len([10]int{})
	y = len("héllo")
)

func main() {
	fmt.Println(fits, one == 1, big>>98, float64(big))
	fmt.Println(a, b, c, d, e, g, h, i, j, sun, mon, tue, kb, mb, gb)
	fmt.Printf("%T %T %T %T %T %T\n", r, 1+0.0, 2i, 'a'*1.5, 5/2, 5/2.0)
	fmt.Println(r, typed, mask, x, y, 5/2, 5/2.0, 5%3, 7.0/2)
	var f32 float32 = 0.1
	fmt.Println(float64(f32) == 0.1, f32 == 0.1, 0.1+0.2 == 0.3)
	t1, t2 := 0.1, 0.2
	fmt.Println(t1+t2 == 0.3, t1+t2)
	var u uint64 = 1<<64 - 1
	var s uint = 3
	fmt.Println(u, 1<<s, uint8(1)<<s, int64(1)<<(s*20))
	const c1 = 1 << 3.0
	var sh = 1.0 << 3
	fmt.Println(c1, sh, "a"+"b" == "ab", !true || 1 < 2, len("abc"+h))
	fmt.Println(0b101, 0o17, 017, 0x1p-2, 1_000_000, 0x_ff, 1e3, '\x41', '\u4e16', "\101\x42\u0043")
	const iota = 5
	const z = iota + iota
	fmt.Println(z, -5>>1, -5/2, ^0, 6&^3, min(3, 1.5, 2), max("a", "b"))
}

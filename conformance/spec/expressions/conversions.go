// Numeric conversions truncate and extend; conversions between identical underlying types keep values; slice to array.
package main

import "fmt"

type celsius float64
type temp interface{ ~float64 }
type A struct {
	X int `json:"x"`
}
type B struct{ X int }
type fn func(int) int
type ints []int

func main() {
	v := -1
	fmt.Println(uint8(v), uint16(v), uint32(v), uint64(v), int8(v), uintptr(v) == ^uintptr(0))
	w := 0x123456789abcdef0
	fmt.Println(int8(w), int16(w), int32(w), uint8(w), uint16(w), uint32(w), int64(w))
	u := uint8(200)
	fmt.Println(int8(u), int(int8(u)), uint32(int8(u)), int16(u), rune(u), string(rune(u)))
	f := 300.9
	fmt.Println(int(f), int16(-f), uint16(f), float32(f), celsius(f), int64(float32(16777217)))
	fmt.Println(B(A{1}), A(B{2}) == A{2}, (*B)(&A{3}).X)
	g := fn(func(i int) int { return i + 1 })
	fmt.Println((func(int) int)(g)(1), []int(ints{1, 2}))
	s := []int{1, 2, 3, 4}
	p := (*[2]int)(s)
	a := [3]int(s)
	s[0] = 100
	fmt.Println(*p, a, len(p), (*[0]int)(nil) == nil)
	var nilS []int
	fmt.Println((*[0]int)(nilS) == nil, (*[0]int)([]int{}) == nil)
	var bidi = make(chan int, 1)
	var ro <-chan int = bidi
	var so chan<- int = bidi
	so <- 1
	fmt.Println(<-ro, (<-chan int)(bidi) == ro)
	var e any = celsius(1)
	_, ok := e.(float64)
	fmt.Println(ok, float64(e.(celsius)))
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = [5]int(s)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = (*[5]int)(s[:4:4])
	}()
	var i interface{ Error() string }
	fmt.Println(any(i) == nil, any(nilS) == nil)
}

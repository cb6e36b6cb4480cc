// One million insertions into a map[int]int and two million look-ups.
package main

func main() {
	m := make(map[int]int)
	x := uint64(1)
	next := func() int {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		return int(x % 4000000)
	}
	for i := 0; i < 1000000; i++ {
		m[next()] += i
	}
	hits := 0
	for i := 0; i < 2000000; i++ {
		if _, ok := m[next()]; ok {
			hits++
		}
	}
	println(len(m), hits)
}

// Nested counting loops with integer arithmetic.
package main

func main() {
	n, s := 6000, 0
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			s += (i ^ j) & 7
		}
	}
	println(s)
}

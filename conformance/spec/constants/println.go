// The predeclared println and print write to standard error in their own format.
package main

type e struct{}

func (e) Error() string { return "hidden" }

func main() {
	println(1.0, 0.1, 1e100, -2.5, float32(0.1), 123456789.0)
	zero := 0.0
	println(1/zero, -1/zero, zero/zero, -zero)
	println(1, int8(-1), uint64(1<<64-1), 'a', "s", true, 1+2i, complex64(-1i))
	print("a", 1, "b", 2.5, '\n', false, "\n")
	println()
	println("one")
	println(nil == (error)(nil), 7/2, 7/2.0, 1<<40, []int(nil) == nil)
	const big = 1 << 62
	println(big, -big, ^0, uint8(255), uintptr(16), len("é"))
	type my string
	type mb bool
	println(my("x"), mb(true))
}

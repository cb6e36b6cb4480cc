// Complex arithmetic at both widths, division by zero and infinities, comparison, conversion.
package main

import (
	"fmt"
	"math"
)

func main() {
	a, b := complex(3, -4), 1+2i
	fmt.Println(a+b, a-b, a*b, a/b, -a, a == b, real(a), imag(a))
	var c64 complex64 = complex64(a)
	c64 *= complex64(b)
	c64 /= 3
	fmt.Println(c64, complex128(c64*c64))
	var z complex128
	fmt.Println(a/z, z/z, complex(math.Inf(1), 0)/a, a/complex(math.Inf(1), 0))
	m := map[complex64]string{1i: "i", 0: "0"}
	fmt.Println(m[complex(0, 1)], m[0], len(m))
	arr := [2]complex64{1, 2i}
	arr[1] += arr[0]
	fmt.Println(arr, real(arr[1]), imag(arr[1]))
	const k = 1i * 1i
	var n int = k
	fmt.Println(n, k == -1, complex(1, math.NaN()) == complex(1, math.NaN()))
	var i any = 2 + 0i
	_, ok := i.(complex128)
	fmt.Println(ok, i == any(complex(2.0, 0)))
	f := func(x complex64) (re, im float32) { return real(x), imag(x) }
	fmt.Println(f(5 - 6i))
	type my complex64
	fmt.Printf("%v %T %.2f\n", my(1), my(1), my(1i))
}

// Floating-point formatting, rounding to float32, conversions, special values.
package main

import (
	"fmt"
	"math"
)

func main() {
	var f32 float32 = 16777216
	fmt.Println(f32+1, float32(0.1), float64(float32(0.1)), float32(1)/3, 1.0/3.0)
	fmt.Println(math.MaxFloat64, math.SmallestNonzeroFloat64, math.MaxFloat32, float32(math.SmallestNonzeroFloat32))
	inf, zero := math.Inf(1), 0.0
	fmt.Println(inf-inf, -inf, 1/zero, -1/zero, zero/zero, 1/math.Copysign(zero, -1), inf > math.MaxFloat64)
	nan := math.NaN()
	fmt.Println(nan == nan, nan != nan, nan < 1, nan > 1, !(nan < 1), min(nan, 1), max(1, nan), min(0, math.Copysign(0, -1)))
	fmt.Println(int(3.99+zero), int(-3.99+zero), int64(1e15+zero), uint8(200.7+zero), int32(-1.5+zero), uint64(1e19+zero))
	i := 1<<53 + 1
	fmt.Println(float64(i), float32(i), float64(uint64(1<<63)), float32(uint64(math.MaxUint64)))
	fmt.Println(1e20, 1e21, 123456789.0, 1e-5, 0.0001, 100000.0, float32(1e21), 5e-324)
	fmt.Printf("%g %e %f %.3g %8.2f %x %v\n", 1.5, 1234.5678, 1.0/3, 1234.5678, 3.14159, 1.0, 2.0)
	x := 0.1
	sum := 0.0
	for range 10 {
		sum += x
	}
	fmt.Println(sum, sum == 1, x*3 == 0.3, float32(x)*3 == 0.3)
	h := f32
	h++
	h /= 3
	fmt.Println(h, -h, h*h, math.Sqrt(2), math.FMA(2, 3, 4), math.Float32bits(h))
}

// Shift counts of any integer type, at and beyond the width, negative ones panic; untyped left operands take context.
package main

import "fmt"

func main() {
	for _, n := range []uint{0, 1, 7, 8, 15, 31, 32, 63, 64, 65, 1000} {
		i8, u8, i16, i32, u32, i64, u64 := int8(-3), uint8(0xfd), int16(-3), int32(-3), uint32(0xfffffffd), int64(-3), ^uint64(2)
		fmt.Println(n, i8<<n, i8>>n, u8<<n, u8>>n, i16<<n, i16>>n, i32<<n, i32>>n, u32<<n, u32>>n, i64<<n, i64>>n, u64<<n, u64>>n)
	}
	var s uint = 33
	var i = 1 << s
	var j int32 = 1 << s
	var k = uint64(1 << s)
	var u = uint32(1.0<<s) == 0
	var w int64 = 1.0 << 33
	var b = make([]byte, 4, 1<<3)
	fmt.Println(i, j, k, u, w, len(b[1<<1:]), uint8(1)<<7>>7, int8(-128)>>7)
	var c8 int8 = 3
	var c64 uint64 = 1 << 40
	x := 1
	x <<= c8
	x >>= uint8(1)
	y := -1 >> c64
	fmt.Println(x, y, 1<<c64, uint32(1)<<c8<<c8)
	arr := [3]uint8{1, 2, 0x81}
	arr[2] <<= 1
	arr[1] >>= 9
	arr[0] <<= c64
	fmt.Println(arr)
	defer func() { fmt.Println(recover()) }()
	c8 = -1
	fmt.Println(1 << c8)
}

// Overflow wraps at every width; division truncates; the most negative value divided by -1 is itself.
package main

import "fmt"

func ops[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64](name string, a, b T) {
	fmt.Println(name, a+b, a-b, a*b, a/b, a%b, a&b, a|b, a^b, a&^b, -a, ^a, a<<3, a>>2)
}

func main() {
	ops[int8]("int8", 127, 3)
	ops[int8]("int8", -128, -1)
	ops[uint8]("uint8", 250, 7)
	ops[int16]("int16", 32767, 5)
	ops[int16]("int16", -32768, -1)
	ops[uint16]("uint16", 65535, 9)
	ops[int32]("int32", 2147483647, 11)
	ops[int32]("int32", -2147483648, -1)
	ops[uint32]("uint32", 4294967295, 13)
	ops[int64]("int64", 9223372036854775807, 17)
	ops[int64]("int64", -9223372036854775808, -1)
	ops[uint64]("uint64", 18446744073709551615, 19)
	var i8 int8 = 127
	i8++
	var u8 uint8
	u8--
	var i16 int16 = -32768
	i16--
	var u32 uint32 = 1 << 31
	u32 *= 2
	fmt.Println(i8, u8, i16, u32)
	i8 = 100
	i8 += i8
	u8 = 200
	u8 += 100
	fmt.Println(i8, u8, int(u8)+int(i8), uint16(i8), int8(u8), uint64(i8), int64(int32(u32-1)))
	a := [4]int8{127, -128, 1, -1}
	a[0]++
	a[1] -= 1
	a[2] <<= 7
	a[3] /= -1
	fmt.Println(a)
	s := struct{ x uint16 }{65535}
	s.x += 2
	m := map[string]uint8{"k": 255}
	m["k"]++
	p := &u8
	*p = 255
	*p += 1
	fmt.Println(s, m, u8, -7/2, -7%2, 7/-2, 7%-2)
	defer func() { fmt.Println(recover()) }()
	fmt.Println(1 / len(m) / int(u8))
}

// Layout of structs follows the native toolchain: sizes, offsets, alignment, zero-size fields, unsafe slices and strings.
package main

import (
	"fmt"
	"unsafe"
)

type T struct {
	a bool
	b int64
	c uint16
	d struct{}
	e [3]byte
	f complex64
	g string
	h any
}
type tail struct {
	x int32
	z struct{}
}

func main() {
	var t T
	fmt.Println(unsafe.Sizeof(t), unsafe.Alignof(t), unsafe.Offsetof(t.b), unsafe.Offsetof(t.c), unsafe.Offsetof(t.d),
		unsafe.Offsetof(t.e), unsafe.Offsetof(t.f), unsafe.Offsetof(t.g), unsafe.Offsetof(t.h))
	fmt.Println(unsafe.Sizeof(tail{}), unsafe.Sizeof([0]int{}), unsafe.Sizeof(struct {
		a int8
		b int16
	}{}))
	arr := [4]int32{1, 2, 3, 4}
	p := unsafe.Pointer(&arr[0])
	fmt.Println(*(*int32)(unsafe.Add(p, 8)), *(*int64)(p) == 1|2<<32)
	s := unsafe.Slice(&arr[1], 2)
	s[0] = 20
	fmt.Println(arr, s, cap(s))
	b := []byte("hello")
	str := unsafe.String(&b[0], 3)
	fmt.Println(str, *unsafe.StringData("xyz"), *unsafe.SliceData(s))
	t.c = 0x1234
	fmt.Printf("%x\n", *(*byte)(unsafe.Pointer(uintptr(unsafe.Pointer(&t)) + unsafe.Offsetof(t.c))))
	f := 1.5
	fmt.Printf("%x\n", *(*uint64)(unsafe.Pointer(&f)))
	const sz = unsafe.Sizeof(t.f) * 2
	var a2 [sz]byte
	fmt.Println(len(a2), t.d, a2[0])
	defer func() { fmt.Println(recover()) }()
	n := -1
	_ = unsafe.Slice(&arr[0], n)
}

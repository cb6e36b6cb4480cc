// A uintptr made from a pointer may be kept across safepoints: it is a number, which no map marks (GOVM_DEBUG=verify=1).
package main

import (
	"sync/atomic"
	"unsafe"
)

func hammer(uaddr *uint32, count int) {
	addr := (*int32)(unsafe.Pointer(uaddr))
	seed := int(uintptr(unsafe.Pointer(&count)))
	for i := 0; i < count; i++ {
		v := uint32(seed+i)<<16 | uint32(seed+i)<<16>>16
		old := uint32(atomic.SwapInt32(addr, int32(v)))
		if old>>16 != old<<16>>16 {
			panic(old)
		}
	}
}

func main() {
	var x uint32
	hammer(&x, 10)
}

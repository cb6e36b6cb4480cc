package runtime

import (
	"internal/abi"
	"unsafe"
)

// The VM enters these by symbol (bytecode/rtfuncs.def); the link names keep them in every program.
//
//go:linkname goPanicIndex vm.goPanicIndex
//go:linkname goPanicIndexU vm.goPanicIndexU
//go:linkname goPanicSliceAlen vm.goPanicSliceAlen
//go:linkname goPanicSliceAcap vm.goPanicSliceAcap
//go:linkname goPanicSliceB vm.goPanicSliceB
//go:linkname goPanicSlice3Alen vm.goPanicSlice3Alen
//go:linkname goPanicSlice3Acap vm.goPanicSlice3Acap
//go:linkname goPanicSlice3B vm.goPanicSlice3B
//go:linkname goPanicSlice3C vm.goPanicSlice3C
//go:linkname goPanicSliceConvert vm.goPanicSliceConvert
//go:linkname panicdivide vm.panicdivide
//go:linkname panicshift vm.panicshift
//go:linkname panicmem vm.panicmem
//go:linkname panicmemAddr vm.panicmemAddr
//go:linkname vmPanicAssert vm.vmPanicAssert
//go:linkname vmPanicError vm.vmPanicError
//go:linkname vmPanicPlain vm.vmPanicPlain
//go:linkname vmPanicNil vm.vmPanicNil
//go:linkname preprintpanics vm.preprintpanics
//go:linkname goPanicSliceAlenU vm.goPanicSliceAlenU
//go:linkname goPanicSliceAcapU vm.goPanicSliceAcapU
//go:linkname goPanicSliceBU vm.goPanicSliceBU
//go:linkname goPanicSlice3AlenU vm.goPanicSlice3AlenU
//go:linkname goPanicSlice3AcapU vm.goPanicSlice3AcapU
//go:linkname goPanicSlice3BU vm.goPanicSlice3BU
//go:linkname goPanicSlice3CU vm.goPanicSlice3CU

// The functions below are entered by the VM's slow paths, or called by compiled code, under these names.

func panicBounds(x int64, signed bool, y int, code abi.BoundsErrorCode) {
	panic(boundsError{x, y, signed, code})
}

func goPanicIndex(x int, y int)        { panicBounds(int64(x), true, y, abi.BoundsIndex) }
func goPanicIndexU(x uint, y int)      { panicBounds(int64(x), false, y, abi.BoundsIndex) }
func goPanicSliceAlen(x int, y int)    { panicBounds(int64(x), true, y, abi.BoundsSliceAlen) }
func goPanicSliceAlenU(x uint, y int)  { panicBounds(int64(x), false, y, abi.BoundsSliceAlen) }
func goPanicSliceAcap(x int, y int)    { panicBounds(int64(x), true, y, abi.BoundsSliceAcap) }
func goPanicSliceAcapU(x uint, y int)  { panicBounds(int64(x), false, y, abi.BoundsSliceAcap) }
func goPanicSliceB(x int, y int)       { panicBounds(int64(x), true, y, abi.BoundsSliceB) }
func goPanicSliceBU(x uint, y int)     { panicBounds(int64(x), false, y, abi.BoundsSliceB) }
func goPanicSlice3Alen(x int, y int)   { panicBounds(int64(x), true, y, abi.BoundsSlice3Alen) }
func goPanicSlice3AlenU(x uint, y int) { panicBounds(int64(x), false, y, abi.BoundsSlice3Alen) }
func goPanicSlice3Acap(x int, y int)   { panicBounds(int64(x), true, y, abi.BoundsSlice3Acap) }
func goPanicSlice3AcapU(x uint, y int) { panicBounds(int64(x), false, y, abi.BoundsSlice3Acap) }
func goPanicSlice3B(x int, y int)      { panicBounds(int64(x), true, y, abi.BoundsSlice3B) }
func goPanicSlice3BU(x uint, y int)    { panicBounds(int64(x), false, y, abi.BoundsSlice3B) }
func goPanicSlice3C(x int, y int)      { panicBounds(int64(x), true, y, abi.BoundsSlice3C) }
func goPanicSlice3CU(x uint, y int)    { panicBounds(int64(x), false, y, abi.BoundsSlice3C) }
func goPanicSliceConvert(x int, y int) { panicBounds(int64(x), true, y, abi.BoundsConvert) }

var (
	divideError   error = errorString("integer divide by zero")
	overflowError error = errorString("integer overflow")
	shiftError    error = errorString("negative shift amount")
	memoryError   error = errorString("invalid memory address or nil pointer dereference")
)

func panicdivide()   { panic(divideError) }
func panicoverflow() { panic(overflowError) }
func panicshift()    { panic(shiftError) }
func panicmem()      { panic(memoryError) }
func panicmemAddr(addr uintptr) {
	panic(errorAddressString{"invalid memory address or nil pointer dereference", addr})
}
func vmPanicNil()              { panic(new(PanicNilError)) }
func vmPanicError(text string) { panic(errorString(text)) }
func vmPanicPlain(text string) { panic(plainError(text)) }
func panicunsafealignment()    { panic(errorString("unsafe pointer conversion")) }
func panicunsafeslicelen()     { panic(errorString("unsafe.Slice: len out of range")) }
func panicunsafeslicenilptr()  { panic(errorString("unsafe.Slice: ptr is nil and len is not zero")) }
func panicunsafestringlen()    { panic(errorString("unsafe.String: len out of range")) }
func panicunsafestringnilptr() { panic(errorString("unsafe.String: ptr is nil and len is not zero")) }
func panicmakeslicelen()       { panic(errorString("makeslice: len out of range")) }
func panicmakeslicecap()       { panic(errorString("makeslice: cap out of range")) }

// panicrangestate reports a range-over-func iterator that misbehaves; states as cmd/compile/internal/rangefunc names them.
func panicrangestate(state int) {
	switch abi.RF_State(state) {
	case abi.RF_DONE:
		panic(errorString("range function continued iteration after function for loop body returned false"))
	case abi.RF_PANIC:
		panic(errorString("range function continued iteration after loop body panic"))
	case abi.RF_EXHAUSTED:
		panic(errorString("range function continued iteration after whole loop exit"))
	case abi.RF_MISSING_PANIC:
		panic(errorString("range function recovered a loop body panic and did not resume panicking"))
	}
	throw("unexpected state set by rangefunc")
}

// panicdottypeE reports a failed e.(T), T not an interface; have is e's dynamic type, iface its static one.
func panicdottypeE(have, want, iface *abi.Type) {
	panic(&TypeAssertionError{iface, have, want, ""})
}

func panicdottypeI(have *abi.ITab, want, iface *abi.Type) {
	var t *abi.Type
	if have != nil {
		t = have.Type
	}
	panicdottypeE(t, want, iface)
}

func panicnildottype(want *abi.Type) {
	panic(&TypeAssertionError{nil, nil, want, ""})
}

// vmPanicAssert reports a failed assertion to interface type want; missing is a method that have lacks.
func vmPanicAssert(have, want *abi.Type, missing string) {
	panic(&TypeAssertionError{nil, have, want, missing})
}

// panicwrap is called by a pointer method wrapper of a value method whose receiver is nil.
func panicwrap() {
	var pcs [1]uintptr
	callers(1, pcs[:], true)
	name, _, _, _ := pcInfo(pcs[0])
	// name is "pkg.(*T).M"
	paren := 0
	for name[paren] != '(' {
		paren++
	}
	end := paren
	for name[end] != ')' {
		end++
	}
	pkg, typ, meth := name[:paren-1], name[paren+2:end], name[end+2:]
	panic(plainError("value method " + pkg + "." + typ + "." + meth + " called using nil *" + typ + " pointer"))
}

type stringer interface{ String() string }

// A vmPanic is the beginning of the VM's record of a panic in progress.
type vmPanic struct {
	link       *vmPanic
	arg        any
	_          [2]uintptr
	recovered  bool
	goexit     bool
	repanicked bool
}

// preprintpanics replaces the values of panics about to be printed by the texts of their Error and String methods. The
// older one of two neighbours with the same value is marked: it is printed once, as repanicked.
func preprintpanics(p *vmPanic) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case string:
			throw("panic while printing panic value: " + r)
		default:
			throw("panic while printing panic value: type " + typeString(efaceOf(&r)._type))
		}
	}()
	for ; p != nil; p = p.link {
		if p.link != nil && *efaceOf(&p.link.arg) == *efaceOf(&p.arg) {
			p.link.repanicked = true
			continue
		}
		switch v := p.arg.(type) {
		case error:
			p.arg = v.Error()
		case stringer:
			p.arg = v.String()
		}
	}
}

// Goexit terminates the goroutine that calls it, after running its deferred calls.
func Goexit()

func throw(s string)
func fatal(s string)


var zeroVal [abi.ZeroValSize]byte

// errNilAssign is what the Swiss maps panic with.
//
//go:linkname maps_errNilAssign internal/runtime/maps.errNilAssign
var maps_errNilAssign error = plainError("assignment to entry in nil map")

func rand() uint64
func add(p unsafe.Pointer, x uintptr) unsafe.Pointer { return unsafe.Pointer(uintptr(p) + x) }

// print and println are compiled to calls of these.
func printlock()
func printunlock()
func printbool(bool)
func printfloat(float64)
func printfloat64(float64)
func printfloat32(float32)
func printint(int64)
func printuint(uint64)
func printuintptr(uintptr)
func printhex(uint64)
func printcomplex(complex128)
func printcomplex128(complex128)
func printcomplex64(complex64)
func printstring(string)
func printpointer(unsafe.Pointer)
func printslice([]byte)
func printeface(any)
func printiface(any)
func printnl()
func printsp()

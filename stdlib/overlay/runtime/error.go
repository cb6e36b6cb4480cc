// Package runtime of govm: what Go programs see of the VM, and the Go functions that the VM calls.
// It replaces GOROOT's package whole; everything that touches the machine is a native of stdlib/natives.
package runtime

import (
	"internal/abi"
	"unsafe"
)

// An Error identifies a run time error, as opposed to an ordinary error.
type Error interface {
	error

	// RuntimeError has no effect but to mark a type as a run time error.
	RuntimeError()
}

type eface struct {
	_type *abi.Type
	data  unsafe.Pointer
}

type _type = abi.Type

func efaceOf(p *any) *eface { return (*eface)(unsafe.Pointer(p)) }

func typeString(t *abi.Type) string
func typePkgPath(t *abi.Type) string

// A TypeAssertionError explains a failed type assertion.
type TypeAssertionError struct {
	_interface    *_type
	concrete      *_type
	asserted      *_type
	missingMethod string
}

func (*TypeAssertionError) RuntimeError() {}
func (e *TypeAssertionError) Error() string {
	inter := "interface"
	if e._interface != nil {
		inter = typeString(e._interface)
	}
	as := typeString(e.asserted)
	if e.concrete == nil {
		return "interface conversion: " + inter + " is nil, not " + as
	}
	cs := typeString(e.concrete)
	if e.missingMethod != "" {
		return "interface conversion: " + cs + " is not " + as + ": missing method " + e.missingMethod
	}
	msg := "interface conversion: " + inter + " is " + cs + ", not " + as
	if cs == as {
		if typePkgPath(e.concrete) != typePkgPath(e.asserted) {
			msg += " (types from different packages)"
		} else {
			msg += " (types from different scopes)"
		}
	}
	return msg
}

// An errorString is a run time error with a fixed text.
type errorString string

func (e errorString) RuntimeError() {}
func (e errorString) Error() string { return "runtime error: " + string(e) }

// A memoryError is what a nil dereference panics with.
type errorAddressString struct {
	msg  string
	addr uintptr
}

func (e errorAddressString) RuntimeError() {}
func (e errorAddressString) Error() string { return "runtime error: " + e.msg }

// Addr returns the address whose access faulted.
func (e errorAddressString) Addr() uintptr { return e.addr }

// A plainError is a run time error whose text has no prefix.
type plainError string

func (e plainError) RuntimeError() {}
func (e plainError) Error() string { return string(e) }

// A PanicNilError happens when code calls panic(nil).
type PanicNilError struct {
	_ [0]func()
}

func (*PanicNilError) Error() string {
	return "panic called with nil argument"
}
func (*PanicNilError) RuntimeError() {}

// A boundsError is an index or slice expression out of range; signed says how to read x.
type boundsError struct {
	x      int64
	y      int
	signed bool
	code   abi.BoundsErrorCode
}

var boundsErrorFmts = [...]string{
	abi.BoundsIndex:      "index out of range [%x] with length %y",
	abi.BoundsSliceAlen:  "slice bounds out of range [:%x] with length %y",
	abi.BoundsSliceAcap:  "slice bounds out of range [:%x] with capacity %y",
	abi.BoundsSliceB:     "slice bounds out of range [%x:%y]",
	abi.BoundsSlice3Alen: "slice bounds out of range [::%x] with length %y",
	abi.BoundsSlice3Acap: "slice bounds out of range [::%x] with capacity %y",
	abi.BoundsSlice3B:    "slice bounds out of range [:%x:%y]",
	abi.BoundsSlice3C:    "slice bounds out of range [%x:%y:]",
	abi.BoundsConvert:    "cannot convert slice with length %y to array or pointer to array with length %x",
}

// With a negative x the length does not matter.
var boundsNegErrorFmts = [...]string{
	abi.BoundsIndex:      "index out of range [%x]",
	abi.BoundsSliceAlen:  "slice bounds out of range [:%x]",
	abi.BoundsSliceAcap:  "slice bounds out of range [:%x]",
	abi.BoundsSliceB:     "slice bounds out of range [%x:]",
	abi.BoundsSlice3Alen: "slice bounds out of range [::%x]",
	abi.BoundsSlice3Acap: "slice bounds out of range [::%x]",
	abi.BoundsSlice3B:    "slice bounds out of range [:%x:]",
	abi.BoundsSlice3C:    "slice bounds out of range [%x::]",
	abi.BoundsConvert:    "",
}

func (e boundsError) RuntimeError() {}
func (e boundsError) Error() string {
	format := boundsErrorFmts[e.code]
	if e.signed && e.x < 0 {
		format = boundsNegErrorFmts[e.code]
	}
	b := append(make([]byte, 0, 100), "runtime error: "...)
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b = append(b, format[i])
			continue
		}
		i++
		if format[i] == 'y' {
			b = appendInt(b, int64(e.y), true)
		} else {
			b = appendInt(b, e.x, e.signed)
		}
	}
	return string(b)
}

func appendInt(b []byte, v int64, signed bool) []byte {
	u := uint64(v)
	if signed && v < 0 {
		b = append(b, '-')
		u = -u
	}
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + u%10)
		u /= 10
		if u == 0 {
			return append(b, digits[i:]...)
		}
	}
}

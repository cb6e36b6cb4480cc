// Overrides of internal/bytealg: byte searches and comparisons are natives.
package bytealg

//go:noescape
func IndexByte(b []byte, c byte) int

//go:noescape
func IndexByteString(s string, c byte) int

//go:noescape
func Count(b []byte, c byte) int

//go:noescape
func CountString(s string, c byte) int

//go:noescape
func Compare(a, b []byte) int

//go:noescape
func CompareString(a, b string) int

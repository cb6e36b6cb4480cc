// Overrides of internal/bytealg: byte searches and comparisons are natives.
package bytealg

func IndexByte(b []byte, c byte) int

func IndexByteString(s string, c byte) int

func Count(b []byte, c byte) int

func CountString(s string, c byte) int

func Compare(a, b []byte) int

func CompareString(a, b string) int

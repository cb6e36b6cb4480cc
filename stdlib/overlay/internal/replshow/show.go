// Package replshow writes values as the REPL shows them: Go syntax where that is pleasant to read, the text of errors
// and Stringers, bounded in depth and length.
package replshow

import (
	"internal/fmtsort"
	"reflect"
	"runtime"
	"strconv"
	"unicode/utf8"
)

// Text is what the latest Show wrote, a line for each value. The REPL prints it.
var Text string

const (
	maxElems  = 100
	maxDepth  = 8
	maxString = 4096
)

// Types are the static types of the values to show, as the session writes them; "!" stands before interface types.
type Types []string

func As(types ...string) Types { return types }

// Show writes "value : type" for each value; a value of interface type shows its dynamic type too.
func (types Types) Show(values ...any) {
	var p printer
	for i, v := range values {
		if i > 0 {
			p.puts("\n")
		}
		static, iface := types[i], false
		if static[0] == '!' {
			static, iface = static[1:], true
		}
		rv := reflect.ValueOf(v)
		if static == "rune" && rv.Kind() == reflect.Int32 {
			p.rune(rune(rv.Int()))
		} else {
			p.top(rv)
		}
		p.puts(" : " + static)
		if iface && rv.IsValid() {
			p.puts(" (" + typeName(rv.Type()) + ")")
		}
	}
	Text = string(p.buf)
}

type printer struct {
	buf   []byte
	depth int
}

func (p *printer) puts(s string) { p.buf = append(p.buf, s...) }

// plain drops the package name main, which the session's user does not write, and writes any for the empty interface.
func plain(s string) string {
	const main, empty = "main.", "interface {}"
	var out []byte
	for i := 0; i < len(s); {
		boundary := i == 0 || !isWord(s[i-1])
		if boundary && len(s)-i >= len(main) && s[i:i+len(main)] == main {
			i += len(main)
			continue
		}
		if boundary && len(s)-i >= len(empty) && s[i:i+len(empty)] == empty {
			out = append(out, "any"...)
			i += len(empty)
			continue
		}
		out = append(out, s[i])
		i++
	}
	return string(out)
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || c == '/' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

func typeName(t reflect.Type) string { return plain(t.String()) }

func (p *printer) rune(r rune) {
	if utf8.ValidRune(r) && strconv.IsPrint(r) {
		p.puts(strconv.QuoteRune(r))
	} else {
		p.puts(strconv.FormatInt(int64(r), 10))
	}
}

// top writes a whole value: the text of an error or Stringer stands without its type.
func (p *printer) top(v reflect.Value) {
	if text, ok := p.text(v); ok {
		p.puts(text)
		return
	}
	p.value(v, true)
}

// text is what Error or String returns; a panic in them means that there is none.
func (p *printer) text(v reflect.Value) (s string, ok bool) {
	if !v.IsValid() || !v.CanInterface() || v.Kind() == reflect.Pointer && v.IsNil() {
		return "", false
	}
	defer func() {
		if recover() != nil {
			s, ok = "", false
		}
	}()
	switch x := v.Interface().(type) {
	case error:
		return x.Error(), true
	case interface{ String() string }:
		return x.String(), true
	}
	return "", false
}

// value writes v; typed is false where the context gives the type.
func (p *printer) value(v reflect.Value, typed bool) {
	if !v.IsValid() {
		p.puts("nil")
		return
	}
	if p.depth >= maxDepth {
		p.puts("...")
		return
	}
	p.depth++
	defer func() { p.depth-- }()
	t := v.Type()
	if p.depth > 1 {
		if text, ok := p.text(v); ok {
			p.puts(text)
			return
		}
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint,
		reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Float32,
		reflect.Float64, reflect.Complex64, reflect.Complex128, reflect.String:
		p.basic(v)
	case reflect.Struct:
		p.puts(typeName(t))
		p.fields(v)
	case reflect.Slice:
		p.slice(v)
	case reflect.Array:
		p.puts(typeName(t))
		p.elems(v)
	case reflect.Map:
		p.mapping(v)
	case reflect.Pointer:
		p.pointer(v, typed)
	case reflect.Interface:
		if v.IsNil() {
			p.puts("nil")
		} else {
			p.value(v.Elem(), true)
		}
	case reflect.Func:
		p.function(v)
	default: // channels, unsafe pointers
		p.address(v)
	}
}

func (p *printer) basic(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		p.buf = strconv.AppendBool(p.buf, v.Bool())
	case reflect.String:
		s := v.String()
		if len(s) > maxString {
			p.buf = strconv.AppendQuote(p.buf, s[:maxString])
			p.puts("... (" + strconv.Itoa(len(s)) + " bytes)")
			return
		}
		p.buf = strconv.AppendQuote(p.buf, s)
	case reflect.Float32:
		p.float(v.Float(), 32)
	case reflect.Float64:
		p.float(v.Float(), 64)
	case reflect.Complex64, reflect.Complex128:
		c, bits := v.Complex(), v.Type().Bits()/2
		p.puts("(")
		p.float(real(c), bits)
		if im := imag(c); im >= 0 || im != im {
			p.puts("+")
		}
		p.float(imag(c), bits)
		p.puts("i)")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.buf = strconv.AppendInt(p.buf, v.Int(), 10)
	default:
		p.buf = strconv.AppendUint(p.buf, v.Uint(), 10)
	}
}

func (p *printer) float(f float64, bits int) { p.buf = strconv.AppendFloat(p.buf, f, 'g', -1, bits) }

func (p *printer) fields(v reflect.Value) {
	p.puts("{")
	for i := 0; i < v.NumField(); i++ {
		if i > 0 {
			p.puts(", ")
		}
		p.puts(v.Type().Field(i).Name + ": ")
		p.value(v.Field(i), false)
	}
	p.puts("}")
}

func (p *printer) elems(v reflect.Value) {
	p.puts("{")
	for i := 0; i < v.Len(); i++ {
		if i > 0 {
			p.puts(", ")
		}
		if i == maxElems {
			p.puts("... " + strconv.Itoa(v.Len()-i) + " more")
			break
		}
		p.value(v.Index(i), false)
	}
	p.puts("}")
}

func (p *printer) slice(v reflect.Value) {
	t := v.Type()
	if v.IsNil() {
		p.puts(typeName(t) + "(nil)")
		return
	}
	if t.Elem().Kind() == reflect.Uint8 && v.Len() > 0 && v.Len() <= maxString && printable(v.Bytes()) {
		name := typeName(t)
		if name == "[]uint8" {
			name = "[]byte"
		}
		p.puts(name + "(" + strconv.Quote(string(v.Bytes())) + ")")
		return
	}
	p.puts(typeName(t))
	p.elems(v)
}

func printable(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !strconv.IsPrint(r) && r != '\n' && r != '\t' {
			return false
		}
	}
	return true
}

func (p *printer) mapping(v reflect.Value) {
	p.puts(typeName(v.Type()))
	if v.IsNil() {
		p.puts("(nil)")
		return
	}
	p.puts("{")
	for i, e := range fmtsort.Sort(v) {
		if i > 0 {
			p.puts(", ")
		}
		if i == maxElems {
			p.puts("... " + strconv.Itoa(v.Len()-i) + " more")
			break
		}
		p.value(e.Key, false)
		p.puts(": ")
		p.value(e.Value, false)
	}
	p.puts("}")
}

// pointer follows pointers to composite values one level; deeper ones are addresses, so that cycles end.
func (p *printer) pointer(v reflect.Value, typed bool) {
	if v.IsNil() {
		p.puts("nil")
		return
	}
	switch v.Elem().Kind() {
	case reflect.Struct, reflect.Array, reflect.Slice, reflect.Map:
		if p.depth <= 2 {
			p.puts("&")
			p.value(v.Elem(), typed)
			return
		}
	}
	p.address(v)
}

func (p *printer) function(v reflect.Value) {
	if v.IsNil() {
		p.puts("nil")
		return
	}
	name := ""
	if f := runtime.FuncForPC(v.Pointer()); f != nil {
		name = plain(f.Name())
	}
	if name == "" || len(name) >= 5 && name[:5] == "init." {
		name = "func literal"
	}
	p.puts(name)
}

func (p *printer) address(v reflect.Value) {
	if v.Pointer() == 0 {
		p.puts("nil")
		return
	}
	p.puts("(" + typeName(v.Type()) + ")(0x" + strconv.FormatUint(uint64(v.Pointer()), 16) + ")")
}

// A part of a struct value may lie across two slots: eight bytes at an offset of four.
package main

import "fmt"

type list struct{ head, tail uint32 }
type frag struct {
	i        uint32
	out      list
	nullable bool
}

//go:noinline
func loop(f frag, non bool) frag {
	f.out = list{f.i + 1, f.i + 2}
	return f
}

//go:noinline
func plus(f1 frag, non bool) frag {
	return frag{f1.i, loop(f1, non).out, f1.nullable}
}

type prog struct{ a [4]uint32 }

//go:noinline
func (l1 list) append(p *prog, l2 list) list {
	if l1.head == 0 {
		return l2
	}
	p.a[l1.tail] = l2.head
	return list{l1.head, l2.tail}
}

//go:noinline
func alt(p *prog, f1, f2 frag) frag {
	f := frag{i: 9}
	f.out = f1.out.append(p, f2.out)
	f.nullable = f1.nullable || f2.nullable
	return f
}

func main() {
	f := plus(frag{1, list{7, 8}, true}, false)
	fmt.Println(f.i, f.out.head, f.out.tail, f.nullable)
	p := &prog{}
	g := alt(p, frag{1, list{1, 2}, false}, frag{2, list{3, 3}, true})
	fmt.Println(g.i, g.out.head, g.out.tail, g.nullable, p.a[0], p.a[1], p.a[2], p.a[3])
}

// Promotion through embedded structs, pointers and interfaces; the shallowest name wins.
package main

import "fmt"

type Base struct{ id, name string }

func (b Base) Who() string     { return "Base " + b.id }
func (b *Base) SetID(s string) { b.id = s }

type Mid struct {
	Base
	name int
}

type Top struct {
	*Mid
	Stringer
	id float64
}

type Stringer interface{ String() string }
type S string

func (s S) String() string { return "S(" + string(s) + ")" }

type Override struct{ Top }

func (o Override) Who() string { return "Override of " + o.Top.Who() }

type inner struct{ n int }

func (i *inner) Inc() int { i.n++; return i.n }

type counter struct{ inner }
type incer interface{ Inc() int }

type rec struct {
	*rec
	v int
}

func main() {
	t := Top{&Mid{Base{"b1", "base"}, 7}, S("x"), 2.5}
	fmt.Println(t.Who(), t.name, t.id, t.Mid.Base.id, t.Base.name, t.String())
	t.SetID("b2")
	fmt.Println(t.Who())
	o := Override{t}
	fmt.Println(o.Who(), o.String())
	f := o.SetID
	f("b3")
	fmt.Println(t.Who())
	g := Override.Who
	fmt.Println(g(o))
	var c counter
	var i incer = &c
	i.Inc()
	h := c.Inc
	h()
	fmt.Println(c.n)
	fmt.Println((*counter).Inc(&c))
	r := rec{&rec{nil, 2}, 1}
	fmt.Println(r.v, r.rec.v)
	var w interface{ Who() string } = o
	fmt.Println(w.Who())
	defer func() { fmt.Println(recover()) }()
	var empty Top
	fmt.Println(empty.Who())
}

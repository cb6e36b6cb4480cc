// Enumerations with String methods, typed constants in switches, arrays indexed by constants, bit sets, nested iota.
package main

import "fmt"

type Color uint8

const (
	Red Color = iota
	Green
	Blue
	numColors
)

var names = [numColors]string{Red: "red", Green: "green", Blue: "blue"}

func (c Color) String() string {
	if c < numColors {
		return names[c]
	}
	return fmt.Sprintf("Color(%d)", uint8(c))
}

type Perm uint

const (
	Read Perm = 1 << iota
	Write
	_
	Exec
	All = Read | Write | Exec
)

func (p Perm) Has(q Perm) bool { return p&q == q }
func (p *Perm) Set(q Perm)     { *p |= q }

const (
	_, a = iota, iota * iota
	b, c
	d, e
)

type Weekday int

const (
	Sun Weekday = iota - 1
	Mon
)

const (
	s1 = "x"
	s2
	l1         = len(s1 + s2)
	f1 float32 = iota / 2.0
	f2
)

type temp float64

const boil temp = 100

func (t temp) F() float64 { return float64(t*9/5 + 32) }

func main() {
	fmt.Println(Red, Blue, Color(7), []Color{Green, 9}, map[Color]int{Blue: 1})
	fmt.Printf("%v %d %s %x %T\n", Green, Green, Green, Green, numColors)
	var p Perm
	p.Set(Write)
	p.Set(Exec)
	fmt.Println(p, p.Has(Write|Exec), p.Has(Read), All, All&^Write)
	fmt.Println(a, b, c, d, e, Sun, Mon, s2, l1, f1, f2)
	fmt.Println(boil.F(), temp(0).F(), boil/3)
	switch x := Color(1); x {
	case Red, Blue:
		fmt.Println("no")
	case Green:
		fmt.Println("green", x+1, x-2)
	}
	type local int
	const (
		x local = iota + 5
		y
	)
	fmt.Println(x, y, x*y, [y - x]int{})
	var arr [Blue + 1]int
	arr[Blue]++
	fmt.Println(len(arr), arr)
}

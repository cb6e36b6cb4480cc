// Generic types and their methods, method values, embedding, recursion, pointer receivers with constraints.
package main

import (
	"cmp"
	"fmt"
	"sort"
	"strings"
)

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(x T) { s.items = append(s.items, x) }
func (s *Stack[T]) Pop() (x T, ok bool) {
	if len(s.items) == 0 {
		return
	}
	x = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return x, true
}

type Tree[K cmp.Ordered, V any] struct {
	l, r *Tree[K, V]
	k    K
	v    V
}

func (t *Tree[K, V]) Put(k K, v V) *Tree[K, V] {
	if t == nil {
		return &Tree[K, V]{k: k, v: v}
	}
	switch c := cmp.Compare(k, t.k); {
	case c < 0:
		t.l = t.l.Put(k, v)
	case c > 0:
		t.r = t.r.Put(k, v)
	default:
		t.v = v
	}
	return t
}

func (t *Tree[K, V]) All(yield func(K, V) bool) bool {
	return t == nil || t.l.All(yield) && yield(t.k, t.v) && t.r.All(yield)
}

type Setter[T any] interface {
	*T
	Set(string)
}
type conf struct{ s string }

func (c *conf) Set(s string) { c.s = s }
func parse[T any, P Setter[T]](in ...string) (out []T) {
	out = make([]T, len(in))
	for i, s := range in {
		P(&out[i]).Set(s)
	}
	return
}

type Num interface{ ~int | ~int8 | ~float64 }
type myInt int8

func (m myInt) String() string { return fmt.Sprintf("my%d", int8(m)) }

func Sum[T Num](xs ...T) (s T) {
	for _, x := range xs {
		s += x
	}
	return
}
func Map[A, B any](xs []A, f func(A) B) []B {
	r := make([]B, 0, len(xs))
	for _, x := range xs {
		r = append(r, f(x))
	}
	return r
}

type Pair[A, B any] struct {
	First  A
	Second B
}

func (p Pair[A, B]) Swap() Pair[B, A] { return Pair[B, A]{p.Second, p.First} }

type Named[T any] struct {
	Stack[T]
	name string
}
type List[T any] []T

func (l List[T]) Len() int                { return len(l) }
func (l List[T]) Map(f func(T) T) List[T] { return Map(l, f) }

type byLen[S ~[]E, E any] struct {
	s    S
	less func(a, b E) bool
}

func (b byLen[S, E]) Len() int           { return len(b.s) }
func (b byLen[S, E]) Less(i, j int) bool { return b.less(b.s[i], b.s[j]) }
func (b byLen[S, E]) Swap(i, j int)      { b.s[i], b.s[j] = b.s[j], b.s[i] }

type Eq[T any] interface{ Equal(T) bool }

func (m myInt) Equal(o myInt) bool { return m%10 == o%10 }
func index[T Eq[T]](s []T, x T) int {
	for i, v := range s {
		if v.Equal(x) {
			return i
		}
	}
	return -1
}

func main() {
	var s Stack[string]
	s.Push("a")
	push := s.Push
	push("b")
	fmt.Println(s.Pop())
	fmt.Println(s.Pop())
	fmt.Println(s.Pop())
	var t *Tree[string, int]
	for i, w := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		t = t.Put(w, i)
	}
	t.All(func(k string, v int) bool { fmt.Print(k, v, " "); return k < "q" })
	fmt.Println()
	fmt.Println(parse[conf]("x", "y"))
	fmt.Println(Sum(1, 2, 3), Sum(1.5, 2), Sum[myInt](100, 100), Sum[int8]())
	fmt.Println(Map([]int{1, 2}, func(i int) string { return strings.Repeat("x", i) }), Map([]myInt{1}, myInt.String))
	p := Pair[string, int]{"k", 1}
	fmt.Printf("%v %+v %T %T\n", p.Swap(), p, p, p.Swap().Swap)
	n := Named[float64]{name: "n"}
	n.Push(2.5)
	f := (*Named[float64]).Pop
	fmt.Println(f(&n))
	l := List[int]{3, 1, 2}
	fmt.Println(l.Map(func(i int) int { return i * i }).Len(), l)
	sort.Sort(byLen[List[int], int]{l, func(a, b int) bool { return a < b }})
	fmt.Println(l)
	fmt.Println(index([]myInt{1, 2, 3}, 13))
	var sw interface{ Swap() Pair[int, string] } = p
	fmt.Println(sw.Swap())
	g := Sum[float64]
	fmt.Println(g(1, 2), fmt.Sprintf("%T", Map[int, string]))
}

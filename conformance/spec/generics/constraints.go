// Type parameters with methods and core types; pointers to them; channels, funcs, and embedded generics; zero values.
package main

import (
	"errors"
	"fmt"
	"iter"
	"sort"
	"strconv"
)

type Number interface {
	~int | ~int32 | ~uint8 | ~float32 | ~float64 | ~complex128
}

func arith[T Number](a, b T) []T { return []T{a + b, a - b, a * b, a / b, -a} }

type Shape interface {
	comparable
	Area() float64
}
type Sq struct{ s float64 }
type Circ struct{ r float64 }

func (s Sq) Area() float64    { return s.s * s.s }
func (c *Circ) Area() float64 { return 3 * c.r * c.r }

func largest[S Shape](ss ...S) (best S, idx int) {
	for i, s := range ss {
		if i == 0 || s.Area() > best.Area() {
			best, idx = s, i
		}
	}
	return
}

type Opt[T any] struct {
	v  T
	ok bool
}

func Some[T any](v T) Opt[T] { return Opt[T]{v, true} }
func None[T any]() Opt[T]    { return Opt[T]{} }
func (o Opt[T]) Or(d T) T {
	if o.ok {
		return o.v
	}
	return d
}
func Then[A, B any](o Opt[A], f func(A) Opt[B]) Opt[B] {
	if !o.ok {
		return None[B]()
	}
	return f(o.v)
}

type Cache[K comparable, V any] struct {
	m     map[K]V
	order []K
	miss  func(K) (V, error)
}

func NewCache[K comparable, V any](f func(K) (V, error)) *Cache[K, V] {
	return &Cache[K, V]{m: map[K]V{}, miss: f}
}
func (c *Cache[K, V]) Get(k K) (v V, err error) {
	if v, ok := c.m[k]; ok {
		return v, nil
	}
	defer func() {
		if err == nil {
			c.m[k] = v
			c.order = append(c.order, k)
		}
	}()
	return c.miss(k)
}
func (c *Cache[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, k := range c.order {
			if !yield(k, c.m[k]) {
				return
			}
		}
	}
}

type List[T any] struct {
	head *elem[T]
	n    int
}
type elem[T any] struct {
	v    T
	next *elem[T]
}

func (l *List[T]) Push(v ...T) *List[T] {
	for _, x := range v {
		l.head = &elem[T]{x, l.head}
		l.n++
	}
	return l
}
func (l *List[T]) Each(f func(T)) {
	for e := l.head; e != nil; e = e.next {
		f(e.v)
	}
}

func keys[M ~map[K]V, K ~string | ~int, V any](m M) []K {
	r := make([]K, 0, len(m))
	for k := range m {
		r = append(r, k)
	}
	sort.Slice(r, func(i, j int) bool { return r[i] < r[j] })
	return r
}

func apply[F ~func(A) B, A, B any](f F, a A) B { return f(a) }

func asErr[E error](err error) (E, bool) {
	var e E
	ok := errors.As(err, &e)
	return e, ok
}

type codeErr int

func (c codeErr) Error() string { return "code " + strconv.Itoa(int(c)) }

func fill[T any](n int, f func(int) T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = f(i)
	}
	return s
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type Matrix[T Number, R interface{ ~[]T }] []R

func (m Matrix[T, R]) Sum() (s T) {
	for _, r := range m {
		for _, v := range r {
			s += v
		}
	}
	return
}

func main() {
	fmt.Println(arith(7, 2), arith[uint8](3, 200), arith(1.5, 0.5), arith(1+2i, 1i), arith[float32](1, 3))
	fmt.Println(largest(Sq{1}, Sq{3}, Sq{2}))
	c, i := largest(&Circ{1}, &Circ{0.5})
	fmt.Println(c.r, i)
	o := Then(Some("12"), func(s string) Opt[int] {
		if n, err := strconv.Atoi(s); err == nil {
			return Some(n)
		}
		return None[int]()
	})
	fmt.Println(o, o.Or(5), None[string]().Or("default"))
	cache := NewCache(func(s string) (int, error) {
		if s == "" {
			return -1, codeErr(4)
		}
		return len(s), nil
	})
	for _, k := range []string{"a", "bbb", "a", ""} {
		fmt.Print(fmt.Sprint(cache.Get(k)), "; ")
	}
	for k, v := range cache.All() {
		fmt.Print(k, "=", v, " ")
	}
	fmt.Println(len(cache.m))
	var l List[[2]string]
	l.Push([2]string{"a", "b"}, [2]string{"c"}).Each(func(p [2]string) { fmt.Printf("%q ", p) })
	fmt.Println(l.n)
	fmt.Println(keys(map[string]bool{"z": true, "y": false}), keys(map[int]struct{}{3: {}, 1: {}}))
	fmt.Println(apply(strconv.Itoa, 5)+"!", apply(func(f float64) int { return int(f) }, 2.9))
	e, ok := asErr[codeErr](fmt.Errorf("w: %w", codeErr(9)))
	fmt.Println(e, ok)
	fs := fill(3, func(i int) func() int { return func() int { i++; return i } })
	fmt.Println(fs[0](), fs[0](), fs[2]())
	fmt.Println(Matrix[int, []int]{{1, 2}, {3}}.Sum(), must(strconv.Atoi("7")))
	defer func() { fmt.Println("recovered:", recover()) }()
	must(cache.Get(""))
}

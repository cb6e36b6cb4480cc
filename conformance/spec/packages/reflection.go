// reflect over the same layouts and types: kinds, tags, methods, calls, settability, made types, deep equality.
package main

import (
	"fmt"
	"reflect"
	"strings"
)

type Inner struct{ A, b int }
type S struct {
	Inner `k:"v"`
	Name  string `json:"name,omitempty"`
	F     func(int) string
	M     map[string][]int
	p     *S
}

func (s S) Hello(n int, who ...string) string { return fmt.Sprint(s.Name, n, who) }
func (s *S) Set(n string)                     { s.Name = n }

type G[T any] struct{ V T }

func main() {
	s := S{Name: "n", M: map[string][]int{"a": {1}}}
	t := reflect.TypeOf(s)
	for i := range t.NumField() {
		f := t.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag, f.Offset, f.Anonymous, f.IsExported())
	}
	fmt.Println(t.NumMethod(), reflect.TypeOf(&s).NumMethod(), t.Method(0).Type, reflect.TypeOf(&s).Method(1).Name)
	v := reflect.ValueOf(&s)
	v.MethodByName("Set").Call([]reflect.Value{reflect.ValueOf("set")})
	out := v.MethodByName("Hello").Call([]reflect.Value{reflect.ValueOf(3), reflect.ValueOf("x"), reflect.ValueOf("y")})
	fmt.Println(out[0], s.Name)
	e := v.Elem()
	e.Field(1).SetString("direct")
	e.FieldByName("A").SetInt(9)
	fmt.Println(s.Name, s.A, e.FieldByName("b").CanSet(), e.NumField())
	fn := reflect.MakeFunc(reflect.TypeFor[func(int, int) int](), func(a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(int(a[0].Int() * a[1].Int()))}
	})
	fmt.Println(fn.Interface().(func(int, int) int)(6, 7))
	mt := reflect.MapOf(reflect.TypeFor[string](), reflect.SliceOf(reflect.TypeFor[bool]()))
	m := reflect.MakeMap(mt)
	m.SetMapIndex(reflect.ValueOf("k"), reflect.ValueOf([]bool{true}))
	fmt.Println(mt, m.Interface(), m.Len())
	st := reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeFor[int8]()}, {Name: "Y", Type: reflect.TypeFor[string]()}})
	fmt.Println(st, st.Size(), reflect.New(st).Elem())
	fmt.Println(reflect.DeepEqual(s.M, map[string][]int{"a": {1}}), reflect.DeepEqual([]any{1, nil}, []any{1, 2}))
	fmt.Println(reflect.TypeOf(G[map[string]int]{}), reflect.TypeFor[error]().Kind(), reflect.ArrayOf(3, t))
	fmt.Println(reflect.TypeOf(strings.NewReader).String(), reflect.ValueOf(3).Convert(reflect.TypeFor[float64]()))
	c := reflect.MakeChan(reflect.TypeFor[chan int](), 1)
	c.Send(reflect.ValueOf(5))
	i, rv, ok := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: c}, {Dir: reflect.SelectDefault}})
	fmt.Println(i, rv, ok)
	defer func() { fmt.Println(recover()) }()
	reflect.ValueOf(s).Field(1).SetString("no")
}

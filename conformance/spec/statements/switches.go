// Expression and type switches: fallthrough, no tag, duplicates at run time, nil cases, shadowing, init statements.
package main

import "fmt"

type E struct{ c int }

func (e E) Error() string { return fmt.Sprint("E", e.c) }

func n(i int) int { fmt.Print("n", i, " "); return i }

func class(x any) string {
	switch v := x.(type) {
	case nil:
		return "nil"
	case int, int8:
		return fmt.Sprintf("%T int-ish %v", v, v)
	case error:
		return "error " + v.Error()
	case []int:
		return fmt.Sprint("slice ", len(v))
	case func() int:
		return fmt.Sprint("func ", v())
	case *int:
		*v++
		return fmt.Sprint("ptr ", *v)
	case interface{ Len() int }:
		return "lener"
	case map[string]int:
		v["k"]++
		return fmt.Sprint(v)
	case struct{ a int }:
		return fmt.Sprint("anon ", v.a)
	default:
		return fmt.Sprintf("default %T", v)
	}
}

func g[T any](x T) string {
	switch any(x).(type) {
	case int:
		return "int"
	case []T:
		return "[]T"
	case string:
		return "string"
	}
	return "other"
}

func main() {
	switch n(2) {
	case n(1), n(2), n(3):
		fmt.Println("hit")
		fallthrough
	case n(4):
		fmt.Println("fell")
	default:
		fmt.Println("default")
	}
	switch x := n(9); {
	default:
		fmt.Println("d first", x)
	case x > 100:
		fmt.Println("no")
	}
	switch {
	case n(0) == 1:
	case n(1) == 1:
		fmt.Println("true case")
	}
	i := 5
	for _, x := range []any{nil, 1, int8(2), E{3}, &E{4}, []int{1}, func() int { return 7 }, &i, map[string]int{}, struct{ a int }{8}, 2.5, "s", error(nil), (*int)(nil) == nil} {
		fmt.Println(class(x))
	}
	fmt.Println(g(1), g("x"), g(1.5), g([]int{}))
	var e any = "str"
	switch e {
	case 1:
		fmt.Println("one")
	case "str":
		fmt.Println("str")
	}
	switch s := "b"; s {
	case "a", "b", "c":
		s := s + "!"
		fmt.Println(s)
	}
	switch f := 2.0; f {
	case 1, 2:
		fmt.Println("two")
	}
	switch e.(type) {
	case int, string:
		fmt.Println("no var")
	}
	switch x := 'c'; {
	case 'a' <= x && x <= 'z':
		fmt.Println("lower")
	}
	type pt struct{ x, y int }
	switch (pt{1, 2}) {
	case pt{2, 1}:
	case pt{1, 2}:
		fmt.Println("pt")
	}
	switch 7 {
	case 1, 2, 3, 4, 5, 6:
		fmt.Println("low")
	case 100, 7:
		fmt.Println("seven")
	}
}

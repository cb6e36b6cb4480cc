// Types that mention themselves: funcs, maps, slices, channels, interfaces, aliases, local types.
package main

import "fmt"

type state func(*lexer) state
type lexer struct {
	in  string
	out []string
}

func start(l *lexer) state {
	if l.in == "" {
		return nil
	}
	l.out = append(l.out, l.in[:1])
	l.in = l.in[1:]
	return start
}

type tree map[string]tree
type list []list
type node struct {
	next *node
	kids []node
	by   map[string]*node
}
type self interface{ me() self }
type im int

func (i im) me() self { return i + 1 }

type ch chan ch
type alias = map[string]alias2
type alias2 = []int

func main() {
	l := &lexer{in: "abc"}
	for s := state(start); s != nil; {
		s = s(l)
	}
	fmt.Println(l.out)
	t := tree{"a": {"b": nil, "c": {}}}
	fmt.Println(len(t["a"]), t["a"]["x"]["y"] == nil)
	ls := list{{}, {{}, {}}}
	fmt.Println(ls, len(ls[1]))
	n := node{kids: []node{{}, {next: &node{}}}}
	n.by = map[string]*node{"k": &n.kids[1]}
	fmt.Println(n.by["k"].next != nil)
	fmt.Println(im(1).me().me())
	c := make(ch, 1)
	c <- c
	fmt.Println(<-c == c)
	var a alias = map[string][]int{"x": {1}}
	fmt.Printf("%T %v\n", a, a)
	type loc struct{ p *loc }
	x := loc{}
	x.p = &x
	fmt.Println(x.p.p.p == &x)
	var e any
	e = &e
	fmt.Println(e.(*any) == &e)
}

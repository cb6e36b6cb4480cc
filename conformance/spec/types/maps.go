// Maps: NaN keys, missing elements, growth and deletion while iterating, nil maps, interface keys, element updates.
package main

import (
	"fmt"
	"math"
)

type key struct {
	a int
	b string
}

func main() {
	m := map[int]int{}
	for i := range 10 {
		m[i] = i
	}
	seen := map[int]int{}
	for k := range m {
		seen[k]++
		if k < 1000 {
			for j := range 20 {
				m[k*100+1000+j] = 1
			}
		}
	}
	ok := true
	for i := range 10 {
		ok = ok && seen[i] == 1
	}
	for _, n := range seen {
		ok = ok && n == 1
	}
	fmt.Println(ok, len(m))
	n := 0
	for k := range m {
		delete(m, k)
		n++
	}
	fmt.Println(len(m), n)
	for i := range 100 {
		m[i] = i
	}
	visited := 0
	for k := range m {
		visited++
		for i := range 100 {
			if i != k {
				delete(m, i)
			}
		}
	}
	fmt.Println(visited, len(m))
	nan := map[float64]int{math.NaN(): 1, math.NaN(): 2}
	nan[math.NaN()]++
	_, ok = nan[math.NaN()]
	sum := 0
	for k, v := range nan {
		sum += v
		delete(nan, k)
	}
	fmt.Println(len(nan), ok, sum)
	clear(nan)
	fmt.Println(len(nan))
	var none map[key][]int
	v, ok := none[key{1, "x"}]
	delete(none, key{})
	fmt.Println(v == nil, ok, len(none))
	mk := map[key][]int{{1, "x"}: {1}}
	mk[key{1, "x"}] = append(mk[key{1, "x"}], 2)
	mk[key{2, ""}] = append(mk[key{2, ""}], 3)
	fmt.Println(mk)
	z := map[float64]string{0: "zero"}
	z[math.Copysign(0, -1)] += "!"
	fmt.Println(z, len(z))
	mm := map[string]map[string]int{"a": {"b": 1}}
	mm["a"]["b"] += 5
	mm["a"]["c"]--
	fmt.Println(mm, mm["q"]["r"])
	defer func() { fmt.Println(recover()) }()
	none[key{}] = nil
}

// Strings are bytes; range decodes UTF-8 and yields U+FFFD of width 1 for what is malformed.
package main

import "fmt"

type bs []byte
type rs []rune
type str string

func main() {
	s := "a\u00e9\xff世\xe4\xb8\U0001F600\xed\xa0\x80z"
	for i, r := range s {
		fmt.Print(i, ":", fmt.Sprintf("%U", r), " ")
	}
	fmt.Println(len(s))
	fmt.Println([]rune(s), len([]rune(s)), string([]rune(s)) == s)
	fmt.Println([]byte(s[:4]), s[1], s[2:4])
	fmt.Println(string(rune(65)), string(rune(-1)), string(rune(0xD800)), string(rune(0x110000)), []byte(string(rune(0x4e16))))
	b := []byte("hello")
	t := string(b)
	b[0] = 'J'
	fmt.Println(t, string(b))
	fmt.Println(str(b), string(bs("xy")), rs("é"), bs(str("q")))
	fmt.Println("a" < "b", "a" < "aa", "Z" < "a", "" < "a", "\xff" > "世", "abc" == t)
	x := "x"
	x += x
	x += x + "y"
	fmt.Println(x, len(x), x[len(x)-1:] == "y", x[1:1] == "")
	n := 0
	for range "日本\xff" {
		n++
	}
	for i := range "日本" {
		n += i * 10
	}
	fmt.Println(n)
	for i, c := range []byte("é") {
		fmt.Print(i, c, " ")
	}
	raw := `a\n
b`
	fmt.Printf("%q %d\n", raw, len(raw))
	m := map[string]int{"hello": 1}
	fmt.Println(m[string([]byte{'h', 'e', 'l', 'l', 'o'})])
	switch string(b) {
	case "Jello":
		fmt.Println("switch")
	}
	defer func() { fmt.Println(recover()) }()
	i := 9
	fmt.Println(x[i])
}

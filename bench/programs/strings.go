// Builds and scans strings: concatenation, byte appends, runes.
package main

func main() {
	total := 0
	for round := 0; round < 200; round++ {
		s := ""
		var b []byte
		for i := 0; i < 1000; i++ {
			s += string(rune('a' + i%26))
			b = append(b, s[i], 'é'&0x7f)
		}
		for _, r := range s + string(b) {
			total += int(r)
		}
	}
	println(total)
}

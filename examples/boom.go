package main

import "fmt"

func third(s []int) int { return s[3] }

func main() {
	defer fmt.Println("deferred calls run")
	fmt.Println(third([]int{1, 2}))
}

// os.Exit ends at once: no deferred calls, no output after it.
package main

import (
	"fmt"
	"os"
)

func main() {
	defer fmt.Println("never")
	go func() {
		defer fmt.Println("never either")
		fmt.Println("exiting")
		os.Exit(7)
	}()
	select {}
}

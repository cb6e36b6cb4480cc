// An uncaught panic of an error value prints its text, then the goroutine; deferred calls run first.
package main

import (
	"fmt"
	"os"
)

type E struct{ code int }

func (e *E) Error() string { return fmt.Sprint("code ", e.code) }

func main() {
	defer func() {
		fmt.Println("deferred")
		if len(os.Args) > 5 {
			recover()
		}
	}()
	panic(&E{42})
}

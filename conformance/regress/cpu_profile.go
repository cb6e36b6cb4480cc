// A CPU profile that is started and stopped at once has its header: StopCPUProfile returns and the program goes on.
package main

import (
	"bytes"
	"fmt"
	"runtime/pprof"
)

func main() {
	for range 2 {
		var b bytes.Buffer
		fmt.Println(pprof.StartCPUProfile(&b))
		pprof.StopCPUProfile()
		fmt.Println(b.Len() > 0)
	}
}

// Package killed is ended by a signal.
package killed

import (
	"os"
	"syscall"
	"testing"
)

func TestKilled(t *testing.T) {
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

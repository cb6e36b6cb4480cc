// Package slow runs into -timeout.
package slow

import "testing"

func TestQuick(t *testing.T) {}

func TestSlow(t *testing.T) {
	t.Run("sub", func(t *testing.T) { select {} })
}

// Overrides of math/big: the vector kernels are natives.
package big

//go:noescape
func addVV(z, x, y []Word) (c Word)

//go:noescape
func subVV(z, x, y []Word) (c Word)

//go:noescape
func lshVU(z, x []Word, s uint) (c Word)

//go:noescape
func rshVU(z, x []Word, s uint) (c Word)

//go:noescape
func mulAddVWW(z, x []Word, y, r Word) (c Word)

//go:noescape
func addMulVVWW(z, x, y []Word, m, a Word) (c Word)

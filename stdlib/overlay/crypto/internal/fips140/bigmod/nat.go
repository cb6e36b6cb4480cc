// Overrides of crypto/internal/fips140/bigmod: the multiplication of a vector by a word is a native.
package bigmod

func addMulVVW(z, x []uint, y uint) (carry uint)

func addMulVVW1024(z, x *uint, y uint) (c uint)

func addMulVVW1536(z, x *uint, y uint) (c uint)

func addMulVVW2048(z, x *uint, y uint) (c uint)

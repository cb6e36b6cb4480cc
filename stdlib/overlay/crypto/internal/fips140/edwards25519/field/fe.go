// Overrides of crypto/internal/fips140/edwards25519/field: multiplication is a native.
package field

func feMul(v, x, y *Element)

func feSquare(v, x *Element)

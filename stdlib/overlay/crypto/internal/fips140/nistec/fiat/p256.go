// Overrides of crypto/internal/fips140/nistec/fiat: P-256's field multiplication, assembly in gc's nistec, is a native.
package fiat

func p256Mul(out1, arg1, arg2 *p256MontgomeryDomainFieldElement)

func p256Square(out1, arg1 *p256MontgomeryDomainFieldElement)

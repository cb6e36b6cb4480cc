// Overrides of crypto/internal/fips140/sha3: the permutation is a native.
package sha3

func keccakF1600(a *[200]byte)

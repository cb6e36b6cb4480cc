// Overrides of crypto/internal/fips140/sha256: the compression function is a native.
package sha256

// A native must not run for long: 16 KB take it some 80 us.
func block(dig *Digest, p []byte) {
	const most = 16 << 10
	for len(p) > most {
		blocks(&dig.h, p[:most])
		p = p[most:]
	}
	blocks(&dig.h, p)
}

//go:noescape
func blocks(h *[8]uint32, p []byte)

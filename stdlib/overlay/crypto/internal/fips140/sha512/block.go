// Overrides of crypto/internal/fips140/sha512: the compression function is a native.
package sha512

// A native must not run for long: 16 KB take it some 50 us.
func block(dig *Digest, p []byte) {
	const most = 16 << 10
	for len(p) > most {
		blocks(&dig.h, p[:most])
		p = p[most:]
	}
	blocks(&dig.h, p)
}

func blocks(h *[8]uint64, p []byte)

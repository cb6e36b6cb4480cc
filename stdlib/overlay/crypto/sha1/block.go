// Overrides of crypto/sha1: the compression function is a native.
package sha1

// A native must not run for long: 16 KB take it some 50 us.
func block(dig *digest, p []byte) {
	const most = 16 << 10
	for len(p) > most {
		blocks(&dig.h, p[:most])
		p = p[most:]
	}
	blocks(&dig.h, p)
}

func blocks(h *[5]uint32, p []byte)

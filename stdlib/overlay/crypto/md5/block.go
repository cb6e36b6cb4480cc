// Overrides of crypto/md5: the compression function is a native.
package md5

// A native must not run for long: 16 KB take it some 50 us.
func block(dig *digest, p []byte) {
	const most = 16 << 10
	for len(p) > most {
		blocks(&dig.s, p[:most])
		p = p[most:]
	}
	blocks(&dig.s, p)
}

func blocks(h *[4]uint32, p []byte)

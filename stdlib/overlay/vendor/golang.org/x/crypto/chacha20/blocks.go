// Overrides of golang.org/x/crypto/chacha20: the key stream is made by a native.
package chacha20

func (s *Cipher) xorKeyStreamBlocks(dst, src []byte) {
	if len(dst) != len(src) || len(dst)%blockSize != 0 {
		panic("chacha20: internal error: wrong dst and/or src length")
	}
	const most = 16 << 10 // a native must not run for long
	for len(src) > most {
		xorBlocks(&s.key, &s.counter, &s.nonce, dst[:most], src[:most])
		dst, src = dst[most:], src[most:]
	}
	xorBlocks(&s.key, &s.counter, &s.nonce, dst, src)
}

func xorBlocks(key *[8]uint32, counter *uint32, nonce *[3]uint32, dst, src []byte)

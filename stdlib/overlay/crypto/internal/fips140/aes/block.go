// Overrides of crypto/internal/fips140/aes: blocks are encrypted and decrypted by natives.
package aes

func encryptBlock(c *Block, dst, src []byte) { encrypt(&c.blockExpanded, (*[16]byte)(dst), (*[16]byte)(src)) }

func decryptBlock(c *Block, dst, src []byte) { decrypt(&c.blockExpanded, (*[16]byte)(dst), (*[16]byte)(src)) }

func encrypt(c *blockExpanded, dst, src *[16]byte)

func decrypt(c *blockExpanded, dst, src *[16]byte)

// ctrBlocks handles at most 8 blocks; dst and src may overlap.
func ctrBlocks(b *Block, dst, src []byte, ivlo, ivhi uint64) {
	_ = dst[:len(src)]
	ctr(&b.blockExpanded, dst, src, ivlo, ivhi)
}

func ctr(c *blockExpanded, dst, src []byte, ivlo, ivhi uint64)

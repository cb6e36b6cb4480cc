// Overrides of crypto/internal/fips140/aes/gcm: GHASH of whole blocks is a native.
package gcm

func updateBlocks(productTable *[16]gcmFieldElement, y *gcmFieldElement, blocks []byte) {
	const most = 8 << 10 // a native must not run for long
	for len(blocks) > most {
		hashBlocks(productTable, y, blocks[:most])
		blocks = blocks[most:]
	}
	hashBlocks(productTable, y, blocks)
}

func hashBlocks(productTable *[16]gcmFieldElement, y *gcmFieldElement, blocks []byte)

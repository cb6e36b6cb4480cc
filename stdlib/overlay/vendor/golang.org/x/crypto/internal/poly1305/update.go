// Overrides of golang.org/x/crypto/internal/poly1305: the polynomial is evaluated by a native.
package poly1305

func updateGeneric(state *macState, msg []byte) {
	const most = 32 << 10 // a native must not run for long
	for len(msg) > most {
		update(state, msg[:most])
		msg = msg[most:]
	}
	update(state, msg)
}

func update(state *macState, msg []byte)

package runtime

import _ "unsafe"

// Bubbles of testing/synctest: the state is C's (runtime/synctest.h), the loop of Run is here.

func bubbleID() uint64 // of the calling goroutine's bubble, 0 for none
func bubbleRun(f func())
func bubbleIdle()
func bubbleAdvance() int
func bubbleLeave()
func bubbleWait() bool
func bubbleWaitEnd()
func bubbleAcquire() uint64
func bubbleRelease(id uint64)
func bubbleBorrow(id uint64)

const ( // results of bubbleAdvance
	bubbleAdvanced = iota
	bubbleOver
	bubbleLeft
	bubbleBlocked
)

//go:linkname synctestRun internal/synctest.Run
func synctestRun(f func()) {
	if bubbleID() != 0 {
		panic("synctest.Run called from within a synctest bubble")
	}
	bubbleRun(f)
	defer bubbleLeave()
	for {
		bubbleIdle()
		switch bubbleAdvance() {
		case bubbleOver:
			return
		case bubbleLeft:
			panic(synctestDeadlockError{"deadlock: main bubble goroutine has exited but blocked goroutines remain"})
		case bubbleBlocked:
			panic(synctestDeadlockError{"deadlock: all goroutines in bubble are blocked"})
		}
	}
}

type synctestDeadlockError struct {
	reason string
}

func (e synctestDeadlockError) Error() string { return e.reason }

//go:linkname synctestWait internal/synctest.Wait
func synctestWait() {
	if bubbleID() == 0 {
		panic("goroutine is not in a bubble")
	}
	if !bubbleWait() {
		panic("wait already in progress")
	}
	bubbleWaitEnd()
}

// A synctestBubble keeps a bubble from going idle.
type synctestBubble uint64

//go:linkname synctest_acquire internal/synctest.acquire
func synctest_acquire() any {
	if id := bubbleAcquire(); id != 0 {
		return synctestBubble(id)
	}
	return nil
}

//go:linkname synctest_release internal/synctest.release
func synctest_release(bubble any) { bubbleRelease(uint64(bubble.(synctestBubble))) }

//go:linkname synctest_inBubble internal/synctest.inBubble
func synctest_inBubble(bubble any, f func()) {
	if bubbleID() != 0 {
		panic("goroutine is already bubbled")
	}
	bubbleBorrow(uint64(bubble.(synctestBubble)))
	defer bubbleBorrow(0)
	f()
}

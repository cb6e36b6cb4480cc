package runtime

import (
	"internal/profilerecord"
	"unsafe"
)

// Profiles: the types and functions of runtime's profiling interface. Goroutine, block and mutex profiles are real
// (runtime/profile.h); allocations are not sampled, so the memory profile is empty.

const ( // kinds of C's profiles
	blockProfile = iota
	mutexProfile
)

const profileDepth = 128

func setProfileRate(kind, rate int) (old int)
func profileCount(kind int) int
func readProfileRecord(kind, i int, pcs *[profileDepth]uintptr) (n int, count, ns int64)
func goroutineStacks(pcs [][profileDepth]uintptr, counts []int, labels []unsafe.Pointer) int

// readContention gives a contention profile's records to f when there are at most size.
func readContention(kind, size int, f func(i int, r profilerecord.BlockProfileRecord)) (n int, ok bool) {
	n = profileCount(kind)
	if n > size {
		return n, false
	}
	var pcs [profileDepth]uintptr
	for i := range n {
		depth, count, ns := readProfileRecord(kind, i, &pcs)
		f(i, profilerecord.BlockProfileRecord{Count: count, Cycles: ns, Stack: append([]uintptr(nil), pcs[:depth]...)})
	}
	return n, true
}

// readGoroutines gives the stacks and labels of all goroutines to f when there are at most size, the caller's first.
func readGoroutines(size int, f func(i int, stack []uintptr, label unsafe.Pointer)) (n int, ok bool) {
	pcs := make([][profileDepth]uintptr, size)
	counts := make([]int, size)
	labels := make([]unsafe.Pointer, size)
	n = goroutineStacks(pcs, counts, labels)
	if n > size {
		return n, false
	}
	for i := range n {
		f(i, pcs[i][:counts[i]], labels[i])
	}
	return n, true
}

func copyContention(kind int, p []BlockProfileRecord) (n int, ok bool) {
	return readContention(kind, len(p), func(i int, r profilerecord.BlockProfileRecord) {
		p[i] = BlockProfileRecord{Count: r.Count, Cycles: r.Cycles}
		copy(p[i].Stack0[:], r.Stack)
	})
}

// A StackRecord describes a single execution stack.
type StackRecord struct {
	Stack0 [32]uintptr
}

// Stack returns the stack trace associated with the record.
func (r *StackRecord) Stack() []uintptr { return trimStack(r.Stack0[:]) }

func trimStack(s []uintptr) []uintptr {
	for i, v := range s {
		if v == 0 {
			return s[:i]
		}
	}
	return s
}

// A MemProfileRecord describes the live objects allocated by a particular call sequence.
type MemProfileRecord struct {
	AllocBytes, FreeBytes     int64
	AllocObjects, FreeObjects int64
	Stack0                    [32]uintptr
}

// InUseBytes returns the number of bytes in use.
func (r *MemProfileRecord) InUseBytes() int64 { return r.AllocBytes - r.FreeBytes }

// InUseObjects returns the number of objects in use.
func (r *MemProfileRecord) InUseObjects() int64 { return r.AllocObjects - r.FreeObjects }

// Stack returns the stack trace associated with the record.
func (r *MemProfileRecord) Stack() []uintptr { return trimStack(r.Stack0[:]) }

// BlockProfileRecord describes blocking events originated at a particular call sequence.
type BlockProfileRecord struct {
	Count  int64
	Cycles int64
	StackRecord
}

// MemProfile returns a profile of memory allocated and freed per allocation site.
func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) { return 0, true }

// BlockProfile returns the records of the blocking profile.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return copyContention(blockProfile, p) }

// MutexProfile returns the records of the mutex profile.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return copyContention(mutexProfile, p) }

// ThreadCreateProfile returns the records of the thread creation profile.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) { return 0, true }

// GoroutineProfile returns the stacks of all goroutines.
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	return readGoroutines(len(p), func(i int, stack []uintptr, _ unsafe.Pointer) {
		p[i] = StackRecord{}
		copy(p[i].Stack0[:], stack)
	})
}

// SetBlockProfileRate controls the fraction of blocking events that the blocking profile reports.
func SetBlockProfileRate(rate int) { setProfileRate(blockProfile, rate) }

// SetMutexProfileFraction controls the fraction of mutex contention events that the mutex profile reports; a negative rate
// only returns the current one.
func SetMutexProfileFraction(rate int) int {
	old := setProfileRate(mutexProfile, rate)
	if rate < 0 {
		setProfileRate(mutexProfile, old)
	}
	return old
}

var (
	cpuProfileRate                int
	cpuProfileOn, cpuProfileBegun bool
)

// SetCPUProfileRate starts a CPU profile with hz samples a second, or stops it for hz <= 0. Nothing takes samples: a CPU
// profile has its header only.
func SetCPUProfileRate(hz int) {
	if hz <= 0 {
		cpuProfileOn = false
	} else if !cpuProfileOn {
		cpuProfileRate, cpuProfileOn, cpuProfileBegun = hz, true, false
	}
}

// CPUProfile is gone since Go 1.9.
func CPUProfile() []byte { panic("CPUProfile no longer available") }

// StartTrace enables tracing for the current process.
func StartTrace() error { return errorString("tracing is not supported") }

// StopTrace stops tracing.
func StopTrace() {}

// ReadTrace returns the next chunk of binary tracing data, nil when tracing is off.
func ReadTrace() []byte { return nil }

// SetCgoTraceback records functions for cgo tracebacks: there is no cgo.
func SetCgoTraceback(version int, traceback, context, symbolizer uintptr) {}

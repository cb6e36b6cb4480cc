package runtime

// Profiles: the types and functions of runtime's profiling interface. Nothing samples yet: the profiles are empty.

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
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// MutexProfile returns the records of the mutex profile.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// ThreadCreateProfile returns the records of the thread creation profile.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) { return 0, true }

// GoroutineProfile returns the stacks of all goroutines.
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	n = NumGoroutine()
	if n > len(p) {
		return n, false
	}
	clear(p[:n])
	callers(1, p[0].Stack0[:], false)
	return n, true
}

// SetBlockProfileRate controls the fraction of blocking events that the blocking profile reports.
func SetBlockProfileRate(rate int) {}

var mutexProfileFraction int

// SetMutexProfileFraction controls the fraction of mutex contention events that the mutex profile reports.
func SetMutexProfileFraction(rate int) int {
	old := mutexProfileFraction
	if rate >= 0 {
		mutexProfileFraction = rate
	}
	return old
}

// SetCPUProfileRate sets the CPU profiling rate.
func SetCPUProfileRate(hz int) {}

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

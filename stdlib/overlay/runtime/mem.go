package runtime

import (
	"internal/abi"
	"unsafe"
)

// A MemStats records statistics about the memory allocator; fields as Go documents them.
type MemStats struct {
	Alloc, TotalAlloc, Sys, Lookups, Mallocs, Frees uint64

	HeapAlloc, HeapSys, HeapIdle, HeapInuse, HeapReleased, HeapObjects uint64

	StackInuse, StackSys, MSpanInuse, MSpanSys, MCacheInuse, MCacheSys, BuckHashSys, GCSys, OtherSys uint64

	NextGC, LastGC, PauseTotalNs uint64
	PauseNs, PauseEnd            [256]uint64
	NumGC, NumForcedGC           uint32
	GCCPUFraction                float64
	EnableGC, DebugGC            bool

	BySize [61]struct {
		Size           uint32
		Mallocs, Frees uint64
	}
}

// ReadMemStats populates m with memory allocator statistics.
func ReadMemStats(m *MemStats) {
	*m = MemStats{EnableGC: true}
	readMemStats(m)
}

//go:noescape
func readMemStats(m *MemStats)

// MemProfileRate controls the fraction of memory allocations that the memory profile records.
var MemProfileRate int = 512 * 1024

func newobject(t *abi.Type) unsafe.Pointer
func newarray(t *abi.Type, n int) unsafe.Pointer

// findObject returns the start of the heap object that p points into, and its size; nil when there is none.
func findObject(p unsafe.Pointer) (base unsafe.Pointer, size uintptr)

func setFinalizer(obj unsafe.Pointer, fn unsafe.Pointer, nret uintptr, argType, objType *abi.Type) bool
func removeFinalizer(obj unsafe.Pointer)
func addCleanup(ptr unsafe.Pointer, fn func()) uint64
func removeCleanup(ptr uintptr, id uint64)

// SetFinalizer sets the finalizer associated with obj to the provided finalizer function.
func SetFinalizer(obj any, finalizer any) {
	e := efaceOf(&obj)
	if e._type == nil {
		throw("runtime.SetFinalizer: first argument is nil")
	}
	if e._type.Kind() != abi.Pointer {
		throw("runtime.SetFinalizer: first argument is " + typeString(e._type) + ", not pointer")
	}
	ot := (*abi.PtrType)(unsafe.Pointer(e._type))
	if e.data == nil {
		throw("nil elem type!")
	}
	base, _ := findObject(e.data)
	if base == nil {
		if ot.Elem.Size_ == 0 || inStaticData(e.data) {
			return
		}
		throw("runtime.SetFinalizer: pointer not in heap")
	}
	if uintptr(e.data) != uintptr(base) {
		if ot.Elem == nil || ot.Elem.Pointers() || ot.Elem.Size_ >= 16 {
			throw("runtime.SetFinalizer: pointer not at beginning of allocated block")
		}
	}
	f := efaceOf(&finalizer)
	if f._type == nil {
		removeFinalizer(e.data)
		return
	}
	if f._type.Kind() != abi.Func {
		throw("runtime.SetFinalizer: second argument is " + typeString(f._type) + ", not a function")
	}
	ft := (*abi.FuncType)(unsafe.Pointer(f._type))
	if ft.IsVariadic() {
		throw("runtime.SetFinalizer: cannot pass " + typeString(e._type) + " to finalizer " + typeString(f._type) + " because dotdotdot")
	}
	if ft.InCount != 1 || !finalizerAccepts(ft.In(0), e._type) {
		throw("runtime.SetFinalizer: cannot pass " + typeString(e._type) + " to finalizer " + typeString(f._type))
	}
	var nret uintptr
	for _, t := range ft.OutSlice() {
		nret += (t.Size_ + 7) / 8
	}
	startFinalizers()
	if !setFinalizer(e.data, f.data, nret, ft.In(0), e._type) {
		throw("runtime.SetFinalizer: finalizer already set")
	}
}

func inStaticData(p unsafe.Pointer) bool

func finalizerAccepts(arg, obj *abi.Type) bool {
	if arg == obj {
		return true
	}
	switch arg.Kind() {
	case abi.Pointer:
		return (arg.Uncommon() == nil || obj.Uncommon() == nil) &&
			(*abi.PtrType)(unsafe.Pointer(arg)).Elem == (*abi.PtrType)(unsafe.Pointer(obj)).Elem
	case abi.Interface:
		return len((*abi.InterfaceType)(unsafe.Pointer(arg)).Methods) == 0 || implements(arg, obj)
	}
	return false
}

func implements(iface, concrete *abi.Type) bool

// Cleanup is a handle to a cleanup call for a specific object.
type Cleanup struct {
	id  uint64
	ptr uintptr
}

// AddCleanup attaches a cleanup function to ptr: cleanup(arg) runs some time after ptr is no longer reachable.
func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup {
	p := unsafe.Pointer(ptr)
	if p == nil {
		panic("runtime.AddCleanup: ptr is nil")
	}
	if k := kindOf[S](); (k == abi.Pointer || k == abi.UnsafePointer) && p == *(*unsafe.Pointer)(unsafe.Pointer(&arg)) {
		panic("runtime.AddCleanup: ptr is equal to arg, cleanup will never run")
	}
	startFinalizers()
	id := addCleanup(p, func() { cleanup(arg) })
	return Cleanup{id, uintptr(p)}
}

func kindOf[T any]() abi.Kind { return abi.TypeFor[T]().Kind() }

// Stop cancels the cleanup call.
func (c Cleanup) Stop() {
	if c.id != 0 {
		removeCleanup(c.ptr, c.id)
	}
}

// One system goroutine runs what is due, in order. callFinalizer calls f with arg converted to argType.

func finqNext() (fn, arg unsafe.Pointer, nret uintptr, argType, objType *abi.Type, ok bool)
func finqWait()
func startSystemGoroutine(f func())
func convertForFinalizer(arg unsafe.Pointer, iface, concrete *abi.Type) (word unsafe.Pointer)

var finalizersStarted bool

func startFinalizers() {
	if !finalizersStarted {
		finalizersStarted = true
		startSystemGoroutine(runFinalizers)
	}
}

// callDiscard calls the func value fn with n words of arguments and drops its results, however many they are.
func callDiscard(fn, a, b unsafe.Pointer, n int)

func runFinalizers() {
	for {
		fn, arg, _, argType, objType, ok := finqNext()
		switch {
		case !ok:
			finqWait()
		case argType == nil:
			callDiscard(fn, nil, nil, 0)
		case argType.Kind() != abi.Interface:
			callDiscard(fn, arg, nil, 1)
		case len((*abi.InterfaceType)(unsafe.Pointer(argType)).Methods) == 0:
			callDiscard(fn, unsafe.Pointer(objType), arg, 2)
		default:
			callDiscard(fn, convertForFinalizer(arg, argType, objType), arg, 2)
		}
	}
}

// getStaticuint64s returns the numbers 0 to 255 in read-only memory.
func getStaticuint64s() *[256]uint64

package runtime

import (
	"internal/profilerecord"
	"unsafe"
)

// What runtime/pprof and runtime/debug pull from here. The heap, thread and CPU profiles are empty.

//go:linkname pprof_memProfileInternal
func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_blockProfileInternal
func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return readContention(blockProfile, len(p), func(i int, r profilerecord.BlockProfileRecord) { p[i] = r })
}

//go:linkname pprof_mutexProfileInternal
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return readContention(mutexProfile, len(p), func(i int, r profilerecord.BlockProfileRecord) { p[i] = r })
}

//go:linkname pprof_threadCreateInternal
func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) { return 0, true }

//go:linkname pprof_goroutineLeakProfileWithLabels
func pprof_goroutineLeakProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_goroutineProfileWithLabels
func pprof_goroutineProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return readGoroutines(len(p), func(i int, stack []uintptr, label unsafe.Pointer) {
		p[i].Stack = append([]uintptr(nil), stack...)
		if len(labels) == len(p) {
			labels[i] = label
		}
	})
}

//go:linkname pprof_makeProfStack
func pprof_makeProfStack() []uintptr { return make([]uintptr, 128) }

//go:linkname runtime_pprof_readProfile runtime/pprof.readProfile
func runtime_pprof_readProfile() (data []uint64, tags []unsafe.Pointer, eof bool) {
	if !cpuProfileBegun {
		cpuProfileBegun = true
		return []uint64{3, 0, uint64(cpuProfileRate)}, make([]unsafe.Pointer, 1), false // the header
	}
	return nil, nil, !cpuProfileOn
}

//go:linkname pprof_cyclesPerSecond runtime/pprof.runtime_cyclesPerSecond
func pprof_cyclesPerSecond() int64 { return 1e9 }

//go:linkname goroutineLeakGC runtime/pprof.runtime_goroutineLeakGC
func goroutineLeakGC() { GC() }

//go:linkname goroutineleakcount runtime/pprof.runtime_goroutineleakcount
func goroutineleakcount() int { return 0 }

// BoringCrypto's caches are emptied at each collection.
//
//go:linkname boring_registerCache crypto/internal/boring/bcache.registerCache
func boring_registerCache(p unsafe.Pointer) { boringCaches = append(boringCaches, p) }

var boringCaches []unsafe.Pointer

// time's tests look at this.
var haveHighResSleep = true

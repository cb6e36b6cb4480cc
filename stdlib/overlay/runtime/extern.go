package runtime

import (
	"internal/goarch"
	"internal/goos"
	"unsafe"
)

// Compiler is the name of the compiler toolchain that built the running binary.
const Compiler = "gc"

// GOOS is the running program's operating system target.
const GOOS string = goos.GOOS

// GOARCH is the running program's architecture target.
const GOARCH string = goarch.GOARCH

func goversion() string
//go:noescape
func gogetenv(key string) string

// Version returns the Go tree's version string.
func Version() string { return goversion() }

// GOROOT returns the root of the Go tree.
func GOROOT() string {
	if s := gogetenv("GOROOT"); s != "" {
		return s
	}
	if linkedGOROOT != "" {
		return linkedGOROOT
	}
	return defaultGOROOT()
}

// Set when a program is linked: the Go tree it was built with, and its build information.
var linkedGOROOT, modinfo string

//go:linkname debug_modinfo runtime/debug.modinfo
func debug_modinfo() string { return modinfo }

func defaultGOROOT() string

// GOMAXPROCS sets the maximum number of CPUs that can execute simultaneously and returns the previous setting.
func GOMAXPROCS(n int) int

// SetDefaultGOMAXPROCS sets GOMAXPROCS to its default.
func SetDefaultGOMAXPROCS() { GOMAXPROCS(NumCPU()) }

// NumCPU returns the number of logical CPUs usable by the current process.
func NumCPU() int

// NumCgoCall returns the number of cgo calls made: there is no cgo.
func NumCgoCall() int64 { return 0 }

// NumGoroutine returns the number of goroutines that currently exist.
func NumGoroutine() int

// Gosched yields the processor.
func Gosched()

// LockOSThread wires the calling goroutine to its current operating system thread.
func LockOSThread()

// UnlockOSThread undoes an earlier call to LockOSThread.
func UnlockOSThread()

// Breakpoint executes a breakpoint trap.
func Breakpoint() {}

// KeepAlive marks its argument as currently reachable.
//
//go:noinline
func KeepAlive(x any) {
	if keepAlive {
		println(x)
	}
}

var keepAlive bool

// GC runs a garbage collection and blocks the caller until it is complete.
func GC() {
	cleanedCycle = gcCycles() + 1
	runPoolCleanup()
	gcStart()
	runUniqueCleanup()
}

func gcStart()
func gcCycles() uint64         // collections so far
func gcCycleWait(seen uint64) // parks while gcCycles() is seen

// Stack formats a stack trace of the calling goroutine, or of all, into buf.
//
//go:noescape
func Stack(buf []byte, all bool) int

// A Pinner is a set of Go objects each pinned to a fixed location in memory; nothing ever moves here.
type Pinner struct {
	refs []any
}

// Pin keeps the object that pointer refers to alive and in place until Unpin.
func (p *Pinner) Pin(pointer any) {
	if efaceOf(&pointer)._type == nil || efaceOf(&pointer)._type.Kind() != 22 {
		if t := efaceOf(&pointer)._type; t == nil || t.Kind() != 26 {
			panic(errorString("runtime.Pinner: argument is not a pointer"))
		}
	}
	p.refs = append(p.refs, pointer)
}

// Unpin unpins all pinned objects.
func (p *Pinner) Unpin() { p.refs = nil }

var poolCleanup func()

//go:linkname sync_runtime_registerPoolCleanup sync.runtime_registerPoolCleanup
func sync_runtime_registerPoolCleanup(f func()) {
	poolCleanup = f
	startCycleCleanups()
}

//go:linkname unique_runtime_registerUniqueMapCleanup unique.runtime_registerUniqueMapCleanup
func unique_runtime_registerUniqueMapCleanup(f func()) {
	uniqueCleanup = f
	startCycleCleanups()
}

var uniqueCleanup func()

// cleanedCycle is the last collection whose cleanups have run.
var cleanedCycle uint64
var cycleCleanupsStarted bool

func startCycleCleanups() {
	if !cycleCleanupsStarted {
		cycleCleanupsStarted = true
		startSystemGoroutine(runCycleCleanups)
	}
}

// runCycleCleanups does after every collection that GC did not ask for what GC does itself.
func runCycleCleanups() {
	for {
		gcCycleWait(gcCycles())
		if n := gcCycles(); n > cleanedCycle {
			cleanedCycle = n
			runPoolCleanup()
			runUniqueCleanup()
		}
	}
}

func runUniqueCleanup() {
	if uniqueCleanup != nil {
		uniqueCleanup()
	}
}

func runPoolCleanup() {
	if poolCleanup != nil {
		poolCleanup()
	}
	for _, p := range boringCaches {
		*(*unsafe.Pointer)(p) = nil
	}
}

// environment and arguments

func goargs() []string
func goenvs() []string

//go:linkname os_runtime_args os.runtime_args
func os_runtime_args() []string { return append([]string{}, goargs()...) }

//go:linkname syscall_runtime_envs syscall.runtime_envs
func syscall_runtime_envs() []string { return append([]string{}, goenvs()...) }

//go:linkname os_beforeExit os.runtime_beforeExit
func os_beforeExit(exitCode int) { runExitHooks(exitCode) }

var exitHooks []func()

func runExitHooks(code int) {
	for len(exitHooks) > 0 {
		f := exitHooks[len(exitHooks)-1]
		exitHooks = exitHooks[:len(exitHooks)-1]
		f()
	}
}

// godebug settings: the environment's value, given once, and again when os.Setenv changes it.

var godebugUpdate func(string, string)

//go:linkname godebug_setUpdate internal/godebug.setUpdate
func godebug_setUpdate(update func(string, string)) {
	godebugUpdate = update
	update(godebugDefaults(), gogetenv("GODEBUG"))
}

// The settings that the program's Go version and its go:debug lines give it: in a linked program as gc's linker sets them,
// else those of the process that compiled it.
var godebugDefault string

func processGODEBUG() string

func godebugDefaults() string {
	if godebugDefault != "" {
		return godebugDefault
	}
	return processGODEBUG()
}

//go:linkname godebug_setNewIncNonDefault internal/godebug.setNewIncNonDefault
func godebug_setNewIncNonDefault(newIncNonDefault func(string) func()) {}

//go:linkname syscall_runtimeSetenv syscall.runtimeSetenv
func syscall_runtimeSetenv(key, value string) {
	if key == "GODEBUG" {
		godebugParse(godebugDefaults() + "," + value)
		if godebugUpdate != nil {
			godebugUpdate(godebugDefaults(), value)
		}
	}
}

// godebugParse sets what the VM itself obeys (runtime/godebug.h).
func godebugParse(settings string)

func init() {
	if defaults := godebugDefaults(); defaults != "" {
		godebugParse(defaults + "," + gogetenv("GODEBUG"))
	}
}

//go:linkname syscall_runtimeUnsetenv syscall.runtimeUnsetenv
func syscall_runtimeUnsetenv(key string) { syscall_runtimeSetenv(key, "") }

//go:linkname syscall_runtimeClearenv syscall.runtimeClearenv
func syscall_runtimeClearenv(env map[string]int) {
	if _, ok := env["GODEBUG"]; ok {
		syscall_runtimeSetenv("GODEBUG", "")
	}
}

// coroutines of package iter

type coro struct {
	g    unsafe.Pointer // the goroutine that waits in coroswitch, or the new one
	f    func(*coro)
	done bool
}

// coroSwitch hands the processor to c's goroutine and parks the caller in c.
func coroSwitch(c *coro)

// coroStart makes a goroutine in fn that waits in c.
func coroStart(c *coro, fn func())

// coroExit ends the calling goroutine and resumes the one that waits in c.
func coroExit(c *coro)

func newcoro(f func(*coro)) *coro {
	c := &coro{f: f}
	coroStart(c, func() {
		defer coroExit(c)
		c.f(c)
	})
	return c
}

func coroswitch(c *coro) { coroSwitch(c) }

package runtime

import "unsafe"

// callers fills pcs with return addresses of the calling goroutine, skipping skip frames: 0 is the caller of callers.
// all also counts wrapper frames.
//
//go:noescape
func callers(skip int, pcs []uintptr, all bool) int

// pcInfo says which function and line a return address belongs to; entry 0 when it is none.
func pcInfo(pc uintptr) (name, file string, line int, entry uintptr)

// funcStart says where the function that contains pc is declared.
func funcStart(entry uintptr) (name, file string, line int)

// Callers fills pc with the return addresses of function invocations on the calling goroutine's stack; the outermost is
// goexit, as if every goroutine returned into it.
func Callers(skip int, pc []uintptr) int {
	if len(pc) == 0 {
		return 0
	}
	n := callers(skip, pc, false)
	if n > 0 && n < len(pc) {
		f := goexit
		pc[n] = **(**uintptr)(unsafe.Pointer(&f)) + 1 // as a return address: one less is in goexit too
		n++
	}
	return n
}

// goexit is only a name: no goroutine runs it.
func goexit() {}

// Caller reports file and line number of the function invocation skip frames above its caller.
func Caller(skip int) (pc uintptr, file string, line int, ok bool) {
	var pcs [1]uintptr
	if callers(skip+1, pcs[:], false) < 1 {
		return
	}
	_, file, line, entry := pcInfo(pcs[0])
	return pcs[0], file, line, entry != 0
}

// A Func represents a Go function in the running program: its address is the function's record.
type Func struct {
	opaque struct{}
}

// FuncForPC returns the function that contains pc, or nil.
func FuncForPC(pc uintptr) *Func {
	_, _, _, entry := pcInfo(pc)
	return (*Func)(unsafe.Pointer(entry))
}

// Name returns the name of the function.
func (f *Func) Name() string {
	if f == nil {
		return ""
	}
	name, _, _ := funcStart(uintptr(unsafe.Pointer(f)))
	return name
}

// Entry returns the entry address of the function.
func (f *Func) Entry() uintptr { return uintptr(unsafe.Pointer(f)) }

// FileLine returns the file name and line number of the source code at pc.
func (f *Func) FileLine(pc uintptr) (file string, line int) {
	if pc == f.Entry() {
		_, file, line = funcStart(pc)
		return
	}
	_, file, line, _ = pcInfo(pc + 1)
	return
}

// Frames may be used to get function and file and line information for a slice of PCs from Callers.
type Frames struct {
	callers []uintptr
}

// Frame is the information returned by Frames for each call frame.
type Frame struct {
	PC       uintptr
	Func     *Func
	Function string
	File     string
	Line     int

	startLine int
	Entry     uintptr
}

// CallersFrames takes a slice of PC values returned by Callers.
func CallersFrames(callers []uintptr) *Frames { return &Frames{callers} }

// Next returns the next call frame, and whether more follow.
func (ci *Frames) Next() (frame Frame, more bool) {
	for len(ci.callers) > 0 {
		pc := ci.callers[0]
		ci.callers = ci.callers[1:]
		name, file, line, entry := pcInfo(pc)
		if entry == 0 {
			continue
		}
		_, _, start := funcStart(entry)
		f := (*Func)(unsafe.Pointer(entry))
		return Frame{PC: pc - 1, Func: f, Function: name, File: file, Line: line, startLine: start, Entry: entry},
			len(ci.callers) > 0
	}
	return Frame{}, false
}

//go:linkname runtime_FrameStartLine runtime/pprof.runtime_FrameStartLine
func runtime_FrameStartLine(f *Frame) int { return f.startLine }

//go:linkname runtime_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func runtime_FrameSymbolName(f *Frame) string { return f.Function }

//go:linkname pprof_runtime_expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func pprof_runtime_expandFinalInlineFrame(stk []uintptr) []uintptr { return stk }

package runtime

import (
	"internal/godebugs"
	"unsafe"
)

// What runtime/metrics reads: a table of names, each with a function of one snapshot of the VM's counters.

const (
	metricBuckets   = 64 // of histograms of durations: bucket i counts those below 1<<i ns
	metricSizeClass = 68
)

type metricStats struct {
	mem MemStats
	metricCounters
}

// metricCounters is C's struct MetricCounters (runtime/metrics.h). Times are nanoseconds.
type metricCounters struct {
	tinyAllocs                             uint64
	classSize, classMallocs, classFrees    [metricSizeClass]uint64 // class 0: objects too large for a class
	marked, globals, stacks                uint64
	gogc, memoryLimit                      uint64
	pauses, latencies                      [metricBuckets]uint64
	created, runnable, running, inSyscalls uint64
	total, threads                         uint64
	mutexWait                              uint64
	uptime, cpuTime                       uint64
	finalizersQueued, finalizersRun        uint64
	cleanupsQueued, cleanupsRun            uint64
}

//go:noescape
func readMetricCounters(c *metricCounters)

// The layouts of runtime/metrics.

type metricSample struct {
	name  string
	value metricValue
}

type metricValue struct {
	kind    int
	scalar  uint64
	pointer unsafe.Pointer
}

type metricHistogram struct {
	counts  []uint64
	buckets []float64
}

const (
	metricKindBad = iota
	metricKindUint64
	metricKindFloat64
	metricKindFloat64Histogram
)

func (v *metricValue) setUint64(x uint64) { *v = metricValue{kind: metricKindUint64, scalar: x} }

func (v *metricValue) setSeconds(ns uint64) {
	x := float64(ns) / 1e9
	*v = metricValue{kind: metricKindFloat64, scalar: *(*uint64)(unsafe.Pointer(&x))}
}

// histogram gives v's histogram for counts, reusing the one that an earlier read left there.
func (v *metricValue) histogram(n int, buckets *[]float64) []uint64 {
	h := (*metricHistogram)(v.pointer)
	if v.kind != metricKindFloat64Histogram || h == nil || len(h.counts) != n || &h.buckets[0] != &(*buckets)[0] {
		h = &metricHistogram{make([]uint64, n), *buckets}
	}
	*v = metricValue{kind: metricKindFloat64Histogram, pointer: unsafe.Pointer(h)}
	return h.counts
}

var timeBuckets, sizeBuckets []float64

func infinity() float64 {
	var zero float64
	return 1 / zero
}

func (v *metricValue) setDurations(counts *[metricBuckets]uint64) {
	if timeBuckets == nil {
		timeBuckets = append(timeBuckets, 0)
		for i := range metricBuckets - 1 {
			timeBuckets = append(timeBuckets, float64(uint64(1)<<i)/1e9)
		}
		timeBuckets = append(timeBuckets, infinity())
	}
	copy(v.histogram(metricBuckets, &timeBuckets), counts[:])
}

func (v *metricValue) setSizes(s *metricStats, counts *[metricSizeClass]uint64) {
	if sizeBuckets == nil {
		sizeBuckets = append(sizeBuckets, 1) // buckets begin where the class below ends
		for _, size := range s.classSize[1:] {
			sizeBuckets = append(sizeBuckets, float64(size+1))
		}
		sizeBuckets = append(sizeBuckets, infinity())
	}
	c := v.histogram(metricSizeClass, &sizeBuckets)
	copy(c, counts[1:])
	c[metricSizeClass-1] = counts[0]
}

type metricFunc func(s *metricStats, v *metricValue)

func metricUint64(f func(s *metricStats) uint64) metricFunc {
	return func(s *metricStats, v *metricValue) { v.setUint64(f(s)) }
}

func metricSeconds(f func(s *metricStats) uint64) metricFunc {
	return func(s *metricStats, v *metricValue) { v.setSeconds(f(s)) }
}

func metricZero(*metricStats) uint64 { return 0 }

func (s *metricStats) otherMemory() uint64 {
	m := &s.mem
	return m.Sys - m.HeapSys - m.StackSys - m.MSpanSys - m.GCSys
}

// less is x - y, 0 when that is negative: counters of one snapshot may be a little apart.
func less(x, y uint64) uint64 {
	if y > x {
		return 0
	}
	return x - y
}

var metrics map[string]metricFunc

func initMetrics() {
	if metrics != nil {
		return
	}
	u, f := metricUint64, metricSeconds
	metrics = map[string]metricFunc{
		"/cgo/go-to-c-calls:calls":                      u(metricZero),
		"/cpu/classes/gc/mark/assist:cpu-seconds":       f(metricZero),
		"/cpu/classes/gc/mark/dedicated:cpu-seconds":    f(metricZero),
		"/cpu/classes/gc/mark/idle:cpu-seconds":         f(metricZero),
		"/cpu/classes/gc/pause:cpu-seconds":             f(func(s *metricStats) uint64 { return s.mem.PauseTotalNs }),
		"/cpu/classes/gc/total:cpu-seconds":             f(func(s *metricStats) uint64 { return s.mem.PauseTotalNs }),
		"/cpu/classes/idle:cpu-seconds":                 f(func(s *metricStats) uint64 { return less(s.uptime, s.cpuTime) }),
		"/cpu/classes/scavenge/assist:cpu-seconds":      f(metricZero),
		"/cpu/classes/scavenge/background:cpu-seconds":  f(metricZero),
		"/cpu/classes/scavenge/total:cpu-seconds":       f(metricZero),
		"/cpu/classes/total:cpu-seconds":                f(func(s *metricStats) uint64 { return max(s.uptime, s.cpuTime) }),
		"/cpu/classes/user:cpu-seconds":                 f(func(s *metricStats) uint64 { return less(s.cpuTime, s.mem.PauseTotalNs) }),
		"/gc/cleanups/executed:cleanups":                u(func(s *metricStats) uint64 { return s.cleanupsRun }),
		"/gc/cleanups/queued:cleanups":                  u(func(s *metricStats) uint64 { return s.cleanupsQueued }),
		"/gc/cycles/automatic:gc-cycles":                u(func(s *metricStats) uint64 { return uint64(s.mem.NumGC - s.mem.NumForcedGC) }),
		"/gc/cycles/forced:gc-cycles":                   u(func(s *metricStats) uint64 { return uint64(s.mem.NumForcedGC) }),
		"/gc/cycles/total:gc-cycles":                    u(func(s *metricStats) uint64 { return uint64(s.mem.NumGC) }),
		"/gc/finalizers/executed:finalizers":            u(func(s *metricStats) uint64 { return s.finalizersRun }),
		"/gc/finalizers/queued:finalizers":              u(func(s *metricStats) uint64 { return s.finalizersQueued }),
		"/gc/gogc:percent":                              u(func(s *metricStats) uint64 { return s.gogc }),
		"/gc/gomemlimit:bytes":                          u(func(s *metricStats) uint64 { return s.memoryLimit }),
		"/gc/heap/allocs-by-size:bytes":                 func(s *metricStats, v *metricValue) { v.setSizes(s, &s.classMallocs) },
		"/gc/heap/allocs:bytes":                         u(func(s *metricStats) uint64 { return s.mem.TotalAlloc }),
		"/gc/heap/allocs:objects":                       u(func(s *metricStats) uint64 { return s.mem.Mallocs - s.tinyAllocs }),
		"/gc/heap/frees-by-size:bytes":                  func(s *metricStats, v *metricValue) { v.setSizes(s, &s.classFrees) },
		"/gc/heap/frees:bytes":                          u(func(s *metricStats) uint64 { return s.mem.TotalAlloc - s.mem.Alloc }),
		"/gc/heap/frees:objects":                        u(func(s *metricStats) uint64 { return s.mem.Frees - s.tinyAllocs }),
		"/gc/heap/goal:bytes":                           u(func(s *metricStats) uint64 { return s.mem.NextGC }),
		"/gc/heap/live:bytes":                           u(func(s *metricStats) uint64 { return s.marked }),
		"/gc/heap/objects:objects":                      u(func(s *metricStats) uint64 { return s.mem.HeapObjects }),
		"/gc/heap/tiny/allocs:objects":                  u(func(s *metricStats) uint64 { return s.tinyAllocs }),
		"/gc/limiter/last-enabled:gc-cycle":             u(metricZero),
		"/gc/pauses:seconds":                            func(s *metricStats, v *metricValue) { v.setDurations(&s.pauses) },
		"/gc/scan/globals:bytes":                        u(func(s *metricStats) uint64 { return s.globals }),
		"/gc/scan/heap:bytes":                           u(func(s *metricStats) uint64 { return s.marked }),
		"/gc/scan/stack:bytes":                          u(func(s *metricStats) uint64 { return s.stacks }),
		"/gc/scan/total:bytes":                          u(func(s *metricStats) uint64 { return s.marked + s.globals + s.stacks }),
		"/gc/stack/starting-size:bytes":                 u(func(*metricStats) uint64 { return 2048 }),
		"/memory/classes/heap/free:bytes":               u(func(s *metricStats) uint64 { return s.mem.HeapIdle - s.mem.HeapReleased }),
		"/memory/classes/heap/objects:bytes":            u(func(s *metricStats) uint64 { return s.mem.HeapAlloc }),
		"/memory/classes/heap/released:bytes":           u(func(s *metricStats) uint64 { return s.mem.HeapReleased }),
		"/memory/classes/heap/stacks:bytes":             u(func(s *metricStats) uint64 { return s.mem.StackInuse }),
		"/memory/classes/heap/unused:bytes":             u(func(s *metricStats) uint64 { return s.mem.HeapInuse - s.mem.HeapAlloc }),
		"/memory/classes/metadata/mcache/free:bytes":    u(metricZero),
		"/memory/classes/metadata/mcache/inuse:bytes":   u(metricZero),
		"/memory/classes/metadata/mspan/free:bytes":     u(func(s *metricStats) uint64 { return s.mem.MSpanSys - s.mem.MSpanInuse }),
		"/memory/classes/metadata/mspan/inuse:bytes":    u(func(s *metricStats) uint64 { return s.mem.MSpanInuse }),
		"/memory/classes/metadata/other:bytes":          u(func(s *metricStats) uint64 { return s.mem.GCSys }),
		"/memory/classes/os-stacks:bytes":               u(func(s *metricStats) uint64 { return s.mem.StackSys - s.mem.StackInuse }),
		"/memory/classes/other:bytes":                   u((*metricStats).otherMemory),
		"/memory/classes/profiling/buckets:bytes":       u(metricZero),
		"/memory/classes/total:bytes":                   u(func(s *metricStats) uint64 { return s.mem.Sys }),
		"/sched/gomaxprocs:threads":                     u(func(*metricStats) uint64 { return uint64(GOMAXPROCS(0)) }),
		"/sched/goroutines-created:goroutines":          u(func(s *metricStats) uint64 { return s.created }),
		"/sched/goroutines/not-in-go:goroutines":        u(func(s *metricStats) uint64 { return s.inSyscalls }),
		"/sched/goroutines/runnable:goroutines":         u(func(s *metricStats) uint64 { return s.runnable }),
		"/sched/goroutines/running:goroutines":          u(func(s *metricStats) uint64 { return s.running }),
		"/sched/goroutines/waiting:goroutines":          u(func(s *metricStats) uint64 { return s.total - s.running - s.runnable - s.inSyscalls }),
		"/sched/goroutines:goroutines":                  u(func(*metricStats) uint64 { return uint64(NumGoroutine()) }),
		"/sched/latencies:seconds":                      func(s *metricStats, v *metricValue) { v.setDurations(&s.latencies) },
		"/sched/pauses/stopping/gc:seconds":             func(s *metricStats, v *metricValue) { v.setDurations(&[metricBuckets]uint64{uint64(s.mem.NumGC)}) },
		"/sched/pauses/stopping/other:seconds":          func(s *metricStats, v *metricValue) { v.setDurations(new([metricBuckets]uint64)) },
		"/sched/pauses/total/gc:seconds":                func(s *metricStats, v *metricValue) { v.setDurations(&s.pauses) },
		"/sched/pauses/total/other:seconds":             func(s *metricStats, v *metricValue) { v.setDurations(new([metricBuckets]uint64)) },
		"/sched/threads/total:threads":                  u(func(s *metricStats) uint64 { return s.threads }),
		"/sync/mutex/wait/total:seconds":                f(func(s *metricStats) uint64 { return s.mutexWait }),
	}
	for _, info := range godebugs.All {
		if !info.Opaque {
			metrics[godebugMetric(info.Name)] = u(metricZero)
		}
	}
}

func godebugMetric(name string) string { return "/godebug/non-default-behavior/" + name + ":events" }

//go:linkname godebug_registerMetric internal/godebug.registerMetric
func godebug_registerMetric(name string, read func() uint64) {
	initMetrics()
	if metrics[name] == nil {
		throw("runtime: unexpected metric registration for " + name)
	}
	metrics[name] = metricUint64(func(*metricStats) uint64 { return read() })
}

//go:linkname readMetricNames runtime/metrics_test.runtime_readMetricNames
func readMetricNames() []string {
	initMetrics()
	names := make([]string, 0, len(metrics))
	for name := range metrics {
		names = append(names, name)
	}
	return names
}

//go:linkname readMetrics runtime/metrics.runtime_readMetrics
func readMetrics(samples unsafe.Pointer, n, _ int) {
	initMetrics()
	stats := new(metricStats)
	ReadMemStats(&stats.mem)
	readMetricCounters(&stats.metricCounters)
	for i := range unsafe.Slice((*metricSample)(samples), n) {
		sample := (*metricSample)(unsafe.Add(samples, uintptr(i)*unsafe.Sizeof(metricSample{})))
		if read := metrics[sample.name]; read != nil {
			read(stats, &sample.value)
		} else {
			sample.value = metricValue{}
		}
	}
}

// What cpu.go wants of the file of an architecture: no optional features are reported.
package cpu

const cacheLineSize = 64

func initOptions() {}

// What Go's own build writes into internal/buildcfg; distributions' source packages leave it out.
package buildcfg

import "runtime"

const (
	DefaultGO386       = "softfloat"
	DefaultGOAMD64     = "v1"
	DefaultGOARM       = "7"
	DefaultGOARM64     = "v8.0"
	DefaultGOMIPS      = "hardfloat"
	DefaultGOMIPS64    = "hardfloat"
	DefaultGOPPC64     = "power8"
	DefaultGORISCV64   = "rva20u64"
	DefaultGOFIPS140   = "off"
	DefaultCGO_ENABLED = ""

	defaultGOEXPERIMENT       = ""
	defaultGO_EXTLINK_ENABLED = ""
	defaultGO_LDSO            = ""
	defaultGOOS               = runtime.GOOS
	defaultGOARCH             = runtime.GOARCH
)

var version = runtime.Version()

// The zip file itself comes from GOROOT: see OVERLAY.
package tzdata

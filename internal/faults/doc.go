// Package faults holds the library against broken networks, lying servers and servers that are
// killed, and writes docs/faults.md: what becomes of every operation under every fault.
//
// The network's faults come from toxiproxy in front of a real server, the protocol's from a proxy
// that alters the real server's answers. The tests have the build tag integration and read where
// the servers are as package integration does; `make faults` starts them, runs the tests and
// rewrites the page. A run fails when a cell has become worse than the page has it.
//
// It is a module of its own, so that toxiproxy stays out of the library's go.mod.
package faults

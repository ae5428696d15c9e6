// Package scripted is what the servers for users' tests, s3test and swifttest, have in common: they
// listen on the loopback interface, fail as they are told to, keep the requests that came, and
// hold them against the operations that a test expects. It knows of no API.
package scripted

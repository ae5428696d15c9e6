// Package ranged reads objects by their ranges: it reads Content-Range, and goes on with a
// body over another connection when one breaks.
package ranged

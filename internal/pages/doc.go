// Package pages tests what README.md and the other pages say: that their code compiles, and that
// the commands, targets and files they name are there.
package pages

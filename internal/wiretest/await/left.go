package await

import (
	"os"
	"regexp"
	"runtime"
	"strings"
)

const module = "github.com/stowage-go/stowage/"

var bubble = regexp.MustCompile(`synctest bubble \d+`)

// goroutines are the stacks of this bubble's goroutines that run or were begun by code of the
// library, beside the one that asks. Tests, their servers and this package don't count. buf is room for the
// stacks of the whole process.
func goroutines(buf []byte) (left []string) {
	stacks := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	own := bubble.FindString(stacks[0])
	for _, stack := range stacks[1:] {
		head, _, _ := strings.Cut(stack, "\n")
		if bubble.FindString(head) == own && ofLibrary(stack) {
			left = append(left, stack)
		}
	}
	return left
}

func ofLibrary(stack string) bool {
	lines := strings.Split(stack, "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		function := strings.TrimPrefix(lines[i], "created by ")
		if strings.HasPrefix(function, module) && !strings.Contains(lines[i+1], "_test.go:") && !strings.HasPrefix(function, module+"internal/wiretest/") {
			return true
		}
	}
	return false
}

// files are the open files below a directory, where the system tells (Linux).
func files(dir string) (open []string) {
	const table = "/proc/self/fd"
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(table)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if path, err := os.Readlink(table + "/" + e.Name()); err == nil && strings.HasPrefix(path, dir) {
			open = append(open, path)
		}
	}
	return open
}

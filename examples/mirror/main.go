// Command mirror makes a directory or a bucket hold what another one holds, and transfers only
// what differs.
//
//	go run ./examples/mirror                     # needs nothing: a tree and an S3 server of its own
//	go run ./examples/mirror -delete ./site s3://www/site
//	go run ./examples/mirror -exclude '*.tmp' -exclude 'cache/' s3://www/site ./copy
//	go run ./examples/mirror -dry-run -checksum s3://www s3://backup/www
//
// The server and its keys are named by flags (-h lists them) or by AWS_ENDPOINT_URL, AWS_REGION,
// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Without an endpoint the program brings a server,
// which ends with it; a bucket that is not there is made.
//
// It prints what it does, and a bar on a terminal. The exit status is 1 when something failed and
// 130 after Ctrl-C; what was under way then is aborted, and a second run goes on from there.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/program"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func main() { program.Main("mirror", run) }

// run is the whole program. Results go to stdout, the bar and failures to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "stowage-mirror-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	client, stop, err := o.server.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	manager, err := transfer.NewManager(client)
	if err != nil {
		return err
	}
	m := &mirror{client: client, manager: manager, options: o, stdout: stdout, stderr: stderr}
	if o.from != (transfer.Place{}) {
		return m.sync(ctx, o.from, o.to)
	}
	return m.demonstrate(ctx, work)
}

type mirror struct {
	client         *s3.Client
	manager        *transfer.Manager
	options        options
	stdout, stderr io.Writer
}

// demonstrate sends a tree of its own up, twice, and down.
func (m *mirror) demonstrate(ctx context.Context, work string) error {
	site := filepath.Join(work, "site")
	for name, size := range map[string]int{"index.html": 2 << 10, "img/logo.png": 40 << 10, "video/intro.mp4": 24 << 20, "drafts/old.txt": 1 << 10} {
		path := filepath.Join(site, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			return err
		}
		// The server tells whole seconds: a file of this very second would be sent twice.
		yesterday := time.Now().AddDate(0, 0, -1)
		if err := os.Chtimes(path, yesterday, yesterday); err != nil {
			return err
		}
	}
	m.options.delete = true
	www := transfer.Place{Bucket: "stowage-mirror", Prefix: "site"}
	fmt.Fprintln(m.stdout, "# a directory to a bucket")
	if err := m.sync(ctx, transfer.Place{Directory: site}, www); err != nil {
		return err
	}
	fmt.Fprintln(m.stdout, "# again, after a change")
	if err := errors.Join(os.RemoveAll(filepath.Join(site, "drafts")), os.WriteFile(filepath.Join(site, "index.html"), []byte("new"), 0o600)); err != nil {
		return err
	}
	if err := m.sync(ctx, transfer.Place{Directory: site}, www); err != nil {
		return err
	}
	fmt.Fprintln(m.stdout, "# and back to another directory")
	return m.sync(ctx, www, transfer.Place{Directory: filepath.Join(work, "copy")})
}

func (m *mirror) sync(ctx context.Context, from, to transfer.Place) error {
	if to.Bucket != "" && !m.options.dryRun {
		if _, err := bucket.Ensure(ctx, m.client, to.Bucket); err != nil {
			return err
		}
	}
	bar := newBar(m.stderr)
	defer bar.close()
	begin := time.Now()
	out, err := m.manager.Sync(ctx, &transfer.SyncInput{From: from, To: to}, m.options.apply, func(o *transfer.DirectoryOptions) {
		o.Progress = bar.show
		o.Report = func(a transfer.Action) {
			if a.Err == nil {
				bar.print(m.stdout, fmt.Sprintf("%s %s (%s)", a.Operation, a.Name, a.Reason))
			}
		}
	})
	bar.close()
	fmt.Fprintln(m.stdout, summary(out, time.Since(begin)))
	var failed *transfer.DirectoryError
	if errors.As(err, &failed) && failed.Failures > 1 {
		for _, f := range failed.Failed[:min(len(failed.Failed), 10)] {
			fmt.Fprintln(m.stderr, "failed:", f)
		}
	}
	return err
}

// summary is one line of what was done.
func summary(out *transfer.DirectoryOutput, took time.Duration) string {
	var counts []string
	for _, c := range []struct {
		n    int64
		what string
	}{
		{out.Uploaded, "uploaded"},
		{out.Downloaded, "downloaded"},
		{out.Copied, "copied"},
		{out.Deleted, "deleted"},
		{out.Skipped, "up to date"},
		{out.Ignored, "ignored"},
		{out.Failed, "failed"},
	} {
		if c.n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(counts) == 0 {
		return "nothing to do"
	}
	line := strings.Join(counts, ", ")
	if out.Bytes > 0 {
		line += fmt.Sprintf("; %.1f MiB in %.2f s", float64(out.Bytes)/(1<<20), took.Seconds())
	}
	return line
}

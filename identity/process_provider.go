package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"runtime"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

const (
	// DefaultProcessTimeout is how long a credential_process may take.
	DefaultProcessTimeout = time.Minute
	// maxProcessOutput is far above what three keys and a date take.
	maxProcessOutput = 64 << 10
	// processWaitDelay is how long a process that was killed may keep its output open,
	// as children of its own do.
	processWaitDelay = time.Second
)

// ProcessProviderOptions configure [NewProcessProvider].
type ProcessProviderOptions struct {
	// Command is the program and its arguments, separated by blanks, with double
	// quotes around what holds blanks. No shell runs it: $HOME, %USERPROFILE%, ~, *
	// and | are plain text. Elsewhere than on Windows single quotes and backslashes
	// quote too. Required.
	Command string
	// Timeout is how long the program may run; then it is killed. Zero: 1 minute;
	// negative: 2 minutes, which is the limit for any refresh.
	Timeout time.Duration
	// Stderr is where the program's messages go. Nil: nowhere.
	Stderr io.Writer
	// RefreshBefore is how long before their end credentials are fetched anew. Zero: 5
	// minutes; never more than a fifth of their life.
	RefreshBefore time.Duration
	// Logger receives, at warn level, refreshes that failed while the old credentials
	// still hold. Nil: nothing is logged.
	Logger *slog.Logger
	// Clock tells the time that Expiration is compared with. Nil: time.Now.
	Clock func() time.Time
}

// ProcessProvider runs a program that prints credentials, as the profile setting
// credential_process has it (AWS SDKs and Tools Reference Guide, "Process credential
// provider"): a JSON document on the standard output, at most 64 KiB, with Version 1,
// AccessKeyId, SecretAccessKey, and for temporary credentials SessionToken and
// Expiration (ISO 8601). Without Expiration the program runs once. It inherits the
// environment and has no standard input.
//
// A program that can't be started, fails, runs too long or prints too much is an error
// that names it; a document that is not as described, or whose credentials have ended
// already, is [ErrMalformedAnswer]. Neither the output nor the arguments are in an
// error.
type ProcessProvider struct{ cached }

// NewProcessProvider makes a provider. It fails if Command is empty or ends within
// quotes.
func NewProcessProvider(o ProcessProviderOptions) (*ProcessProvider, error) {
	words, err := splitCommand(o.Command, runtime.GOOS == "windows")
	switch {
	case err != nil:
		return nil, fmt.Errorf("identity: Command %w", err)
	case len(words) == 0 || words[0] == "":
		return nil, errors.New("identity: Command is missing")
	case o.RefreshBefore < 0:
		return nil, errors.New("identity: RefreshBefore is negative")
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultProcessTimeout
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	p := &process{program: words[0], arguments: words[1:], timeout: o.Timeout, stderr: o.Stderr, now: o.Clock}
	return &ProcessProvider{newCached("ProcessProvider", p.fetch, o.Clock, o.RefreshBefore, o.Logger)}, nil
}

type process struct {
	program   string
	arguments []string
	timeout   time.Duration
	stderr    io.Writer
	now       func() time.Time
}

func (p *process) fetch(ctx context.Context) (sigv4.Credentials, error) {
	output, err := p.run(ctx)
	if err != nil {
		return sigv4.Credentials{}, fmt.Errorf("%q: %w", p.program, err)
	}
	c, wrong := p.parse(output)
	if wrong != "" {
		return sigv4.Credentials{}, fmt.Errorf("%q: %w: %s", p.program, ErrMalformedAnswer, wrong)
	}
	return c, nil
}

// run returns what the program prints.
func (p *process) run(ctx context.Context) ([]byte, error) {
	timedOut := fmt.Errorf("no credentials within %v", p.timeout)
	if p.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, p.timeout, timedOut)
		defer cancel()
	}
	output := limitedOutput{left: maxProcessOutput}
	cmd := exec.CommandContext(ctx, p.program, p.arguments...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &output, p.stderr, processWaitDelay
	err := cmd.Run()
	switch {
	case err == nil:
		return output.text.Bytes(), nil
	case output.over:
		return nil, errOutputTooLong
	case errors.Is(context.Cause(ctx), timedOut):
		return nil, timedOut
	case ctx.Err() != nil:
		return nil, contextError(ctx)
	}
	return nil, err
}

func (p *process) parse(output []byte) (c sigv4.Credentials, wrong string) {
	d, wrong := parseCredentialsDocument(output)
	switch {
	case wrong != "":
		return c, wrong
	case d.Version != 1:
		return c, fmt.Sprintf("Version is %d, not 1", d.Version)
	}
	d.Token = "" // the services' name
	if c, wrong = d.credentials(); wrong == "" && c.Expired(p.now()) {
		return sigv4.Credentials{}, "credentials that ended at " + c.Expires.UTC().Format(time.RFC3339)
	}
	return c, wrong
}

var errOutputTooLong = fmt.Errorf("its output is longer than %d bytes", maxProcessOutput)

// limitedOutput keeps what is written to it, up to a limit. The buffer is no embedded
// field: its ReadFrom would go past the limit.
type limitedOutput struct {
	text bytes.Buffer
	left int
	over bool
}

func (l *limitedOutput) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		l.over = true
		return 0, errOutputTooLong
	}
	return l.text.Write(p)
}

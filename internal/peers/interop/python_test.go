//go:build integration

package interop

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

//go:embed peer.py
var peerProgram []byte

// python is the process that boto3 and the AWS command line run in.
type python struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors *bytes.Buffer
	dir    string
}

// startPython runs the program with the interpreter that INTEROP_PYTHON names, which has the
// packages of requirements.txt.
func startPython(s *server) (*python, error) {
	interpreter := os.Getenv("INTEROP_PYTHON")
	if interpreter == "" {
		return nil, errors.New("INTEROP_PYTHON does not name an interpreter that has boto3 and awscli: run make interop")
	}
	program := filepath.Join(s.dir, "peer.py")
	if err := os.WriteFile(program, peerProgram, 0o600); err != nil {
		return nil, err
	}
	p := &python{cmd: exec.Command(interpreter, program), errors: new(bytes.Buffer), dir: s.dir}
	for _, v := range os.Environ() { // the settings of this machine's user are none of ours
		if !strings.HasPrefix(v, "AWS_") {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Env = append(p.cmd.Env, "S3_ENDPOINT="+s.env["S3_ENDPOINT"], "AWS_ACCESS_KEY_ID="+s.env["S3_ACCESS_KEY"],
		"AWS_SECRET_ACCESS_KEY="+s.env["S3_SECRET_KEY"], "AWS_DEFAULT_REGION="+s.env["S3_REGION"], "PYTHONUTF8=1",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true")
	if s.plain() {
		p.cmd.Env = append(p.cmd.Env, "AWS_REQUEST_CHECKSUM_CALCULATION=when_required")
	}
	p.cmd.Stderr = p.errors
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

// close ends the process.
func (p *python) close() error {
	err := p.in.Close()
	return errors.Join(err, p.cmd.Wait())
}

// question is one line to the process.
type question struct {
	Peer      string            `json:"peer"`
	Do        string            `json:"do"`
	Bucket    string            `json:"bucket"`
	Key       string            `json:"key"`
	File      string            `json:"file"`
	Object    map[string]any    `json:"object"`
	From      map[string]string `json:"from,omitempty"`
	Delimiter string            `json:"delimiter"`
	Page      int               `json:"page"`
}

// ask sends a question and decodes the answer.
func (p *python) ask(q question, into any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	line, err := json.Marshal(q)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("the Python process is gone: %w: %s", err, p.errors)
	}
	line, err = p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the Python process is gone: %w: %s", err, p.errors)
	}
	var answer struct {
		Answer  json.RawMessage
		Refusal *refusal
		Failure string
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return err
	}
	switch {
	case answer.Refusal != nil:
		return answer.Refusal
	case answer.Failure != "":
		return errors.New(answer.Failure)
	case into != nil:
		return json.Unmarshal(answer.Answer, into)
	}
	return nil
}

// pythonClient is boto3 or the AWS command line.
type pythonClient struct {
	*python
	name string
}

func (c pythonClient) write(do string, at place, o object) error {
	file := filepath.Join(c.dir, c.name)
	if err := os.WriteFile(file, o.Body, 0o600); err != nil {
		return err
	}
	return c.ask(question{Peer: c.name, Do: do, Bucket: at.bucket, Key: at.key, File: file, Object: map[string]any{
		"ContentType": o.ContentType, "CacheControl": o.CacheControl, "ContentDisposition": o.ContentDisposition,
		"ContentEncoding": o.ContentEncoding, "ContentLanguage": o.ContentLanguage,
		"Metadata": o.Metadata, "Tags": o.Tags, "Algorithm": o.Algorithm,
	}}, nil)
}

func (c pythonClient) put(_ context.Context, at place, o object) error {
	return c.write("put", at, o)
}

func (c pythonClient) parts(_ context.Context, at place, o object) error {
	return c.write("parts", at, o)
}

func (c pythonClient) stream(_ context.Context, at place, o object) error {
	return c.write("stream", at, o)
}

func (c pythonClient) copied(do string, from, to place) error {
	return c.ask(question{
		Peer: c.name, Do: do, Bucket: to.bucket, Key: to.key, From: map[string]string{"bucket": from.bucket, "key": from.key},
	}, nil)
}

func (c pythonClient) copy(_ context.Context, from, to place) error {
	return c.copied("copy", from, to)
}

func (c pythonClient) copyParts(_ context.Context, from, to place, _ int64) error {
	return c.copied("copy_parts", from, to)
}

func (c pythonClient) get(_ context.Context, at place) (object, error) {
	var o object
	file := filepath.Join(c.dir, c.name+".out")
	if err := c.ask(question{Peer: c.name, Do: "get", Bucket: at.bucket, Key: at.key, File: file}, &o); err != nil {
		return object{}, err
	}
	var err error
	o.Body, err = os.ReadFile(file)
	return o, err
}

func (c pythonClient) tags(_ context.Context, at place) (map[string]string, error) {
	var tags map[string]string
	err := c.ask(question{Peer: c.name, Do: "tags", Bucket: at.bucket, Key: at.key}, &tags)
	return tags, err
}

func (c pythonClient) list(_ context.Context, bucket, delimiter string) ([]entry, error) {
	var entries []entry
	err := c.ask(question{Peer: c.name, Do: "list", Bucket: bucket, Delimiter: delimiter, Page: pageSize}, &entries)
	return entries, err
}

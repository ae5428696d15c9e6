package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"

	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// workerArgument makes this program one of the processes.
const workerArgument = "worker"

// task is what a process is told, as JSON on its standard input. Keys are not in
// it: they come by the environment.
type task struct {
	Endpoint string         `json:"endpoint"`
	Region   string         `json:"region"`
	Profile  string         `json:"profile"`
	File     string         `json:"file"`
	Plan     *transfer.Plan `json:"plan"`
	Share    transfer.Share `json:"share"`
}

// shareOut has every share of the plan sent by a process of its own.
func shareOut(ctx context.Context, o options, plan *transfer.Plan, path string, stdout, stderr io.Writer) (transfer.Receipts, error) {
	shares := plan.Split(o.processes)
	receipts, failures := make([]transfer.Receipts, len(shares)), make([]error, len(shares))
	var all sync.WaitGroup
	for i, share := range shares {
		all.Go(func() {
			receipts[i], failures[i] = process(ctx, o, task{
				Endpoint: o.server.Endpoint, Region: o.server.Region, Profile: o.server.Profile.Name, File: path, Plan: plan, Share: share,
			}, stderr)
		})
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return transfer.Receipts{}, err
	}
	for i, share := range shares {
		offset, size := plan.Range(share)
		fmt.Fprintf(stdout, "process %-3d parts %d to %d, %s from byte %d\n", i+1, share.First, share.Last, flags.Size(size), offset)
		if got := len(receipts[i].Parts); got != share.Last-share.First+1 {
			return transfer.Receipts{}, fmt.Errorf("process %d gave %d receipts", i+1, got)
		}
	}
	return plan.Merge(receipts...)
}

// process runs one, and returns what it writes. One that dies loses nothing but
// what it was sending: the same share could be given to another.
func process(ctx context.Context, o options, t task, stderr io.Writer) (transfer.Receipts, error) {
	var receipts transfer.Receipts
	program, err := os.Executable()
	if err != nil {
		return receipts, err
	}
	text, err := json.Marshal(t)
	if err != nil {
		return receipts, err
	}
	cmd := exec.CommandContext(ctx, program, workerArgument)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), stderr
	cmd.Env = append(os.Environ(),
		"AWS_ACCESS_KEY_ID="+o.server.AccessKey, "AWS_SECRET_ACCESS_KEY="+o.server.SecretKey, "AWS_SESSION_TOKEN="+o.server.SessionToken)
	out, err := cmd.Output()
	if err != nil {
		return receipts, fmt.Errorf("the process of parts %d to %d: %w", t.Share.First, t.Share.Last, err)
	}
	return receipts, json.Unmarshal(out, &receipts)
}

// work is one of the processes: it sends its share and writes the receipts.
func work(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	var t task
	if err := json.NewDecoder(stdin).Decode(&t); err != nil {
		return err
	}
	server := flags.Server{
		Endpoint: t.Endpoint, Region: t.Region, AccessKey: os.Getenv("AWS_ACCESS_KEY_ID"), SessionToken: os.Getenv("AWS_SESSION_TOKEN"),
	}
	if t.Profile != "" {
		if err := server.Profile.Set(t.Profile); err != nil {
			return err
		}
	}
	if err := server.Settle(); err != nil {
		return err
	}
	client, err := s3.New(server.Client())
	if err != nil {
		return err
	}
	manager, err := transfer.NewManager(client)
	if err != nil {
		return err
	}
	file, err := os.Open(t.File)
	if err != nil {
		return err
	}
	defer file.Close()
	// This process has the whole file, so it can tell whether it is still the one.
	if err := t.Plan.VerifySource(file); err != nil {
		return err
	}
	receipts, err := manager.UploadShare(ctx, t.Plan, t.Share, file)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(receipts)
}

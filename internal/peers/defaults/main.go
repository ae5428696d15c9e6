// Command defaults uploads and deletes with every SDK's default settings on real
// servers, over http and over https, and prints what came of it as a Markdown
// table: a cell is ok only when the object that can be read back is the one that
// was sent.
//
//	GOWORK=off go run ./defaults
//	GOWORK=off go run ./defaults -servers 'ceph|minio' -clients 'ours'
//
// The servers are those of testdata/backends, described by the files NAME/env
// below $STOWAGE_BACKENDS (/tmp/backends); one that isn't there is left out. The exit status is 1 when a cell of ours is
// not ok.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// patience is how long one call may take, retries included.
const patience = 2 * time.Minute

func main() {
	servers := flag.String("servers", "", "`regexp` of the servers' folders: openstack ceph minio versitygw")
	clients := flag.String("clients", "", "`regexp` of the columns: aws minio-go ours")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *servers, *clients); err != nil {
		fmt.Fprintln(os.Stderr, "defaults:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, servers, clients string) error {
	wantServer, err := regexp.Compile(servers)
	if err != nil {
		return err
	}
	wantClient, err := regexp.Compile(clients)
	if err != nil {
		return err
	}
	var columns []column
	for _, c := range allColumns() {
		if wantClient.MatchString(c.name) {
			columns = append(columns, c)
		}
	}
	places, err := openPlaces(wantServer)
	if err != nil {
		return err
	}
	defer places.close()

	results := newTable(columns)
	for _, p := range places.all {
		for _, c := range columns {
			fmt.Fprintf(os.Stderr, "%s, %s: %s\n", p.server.title, p.scheme(), c.name)
			cells, err := try(ctx, p, c)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", p.server.title, p.scheme(), err)
			}
			results.add(p, c, cells)
		}
	}
	if err := results.print(os.Stdout); err != nil {
		return err
	}
	if results.oursFailed() {
		return errors.New("not every cell of ours is ok")
	}
	return nil
}

// try runs every call with one client on one server, in a bucket of its own.
func try(ctx context.Context, p place, c column) (map[string]cell, error) {
	judge, err := newJudge(ctx, p)
	if err != nil {
		return nil, err
	}
	defer judge.close(context.WithoutCancel(ctx))
	client, err := c.open(target{url: p.url, server: p.server, bucket: judge.bucket})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	cells := map[string]cell{}
	for _, r := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		callCtx, cancel := context.WithTimeout(ctx, patience)
		p.tap.reset()
		err := r.call(callCtx, client, judge)
		cells[r.name] = cell{err: err, sent: p.tap.summary()}
		cancel()
	}
	return cells, nil
}

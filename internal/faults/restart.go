package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/stowage-go/stowage/internal/integration"
)

// restartFaults are the rows of the restarts. The operations on the server's other end are
// those that it names.
var restartFaults = []fault{
	{name: minioBack, meaning: "MinIO is killed in the midst of the operation, and started again at once. The client makes up to 200 attempts without a budget, a second apart at the most, and waits 3 s for the header of an answer.", not: notOfS3},
	{name: minioGone, meaning: "MinIO is killed in the midst of the operation, and started again after it.", not: notOfS3},
	{name: osdBack, meaning: "The OSD behind Ceph RGW is killed in the midst of the operation, and started again at once.", not: notOfOSD},
	{name: osdGone, meaning: "The OSD behind Ceph RGW is killed in the midst of the operation, and started again after it. Limits of idle connections and of the answer's header are 2 s.", not: notOfOSD},
}

const (
	minioBack = "MinIO, back at once"
	minioGone = "MinIO, gone"
	osdBack   = "Ceph OSD, back at once"
	osdGone   = "Ceph OSD, gone"
)

const (
	withoutSwift = "MinIO has no Swift and no Keystone"
	throughRGW   = "what RGW keeps of its own answers is not an OSD's, or it is as with MinIO"
)

var (
	notOfS3  = map[string]string{"SLO": withoutSwift, "login": withoutSwift}
	notOfOSD = map[string]string{
		"list": throughRGW, "delete": throughRGW, "download": throughRGW, "copy": throughRGW, "SLO": throughRGW, "login": throughRGW,
	}
)

// mortal is a server that can be killed.
type mortal interface {
	env() integration.Env
	kill() error  // -9
	start() error // returns once it answers
	stop()        // for good
}

// killed has a server die in the midst of an operation, once. back says whether it is started
// again at once, and not after the operation.
func killed(m mortal, t *trial, back bool) (afterwards func(context.Context) error) {
	o, c := t.operation, t.cell
	var (
		once     sync.Once
		happened atomic.Bool
		ended    = make(chan error, 1)
	)
	kill := func() {
		once.Do(func() {
			happened.Store(true)
			_ = apart(func() error {
				err := m.kill()
				switch {
				case err != nil:
					ended <- err
				case back:
					go func() { ended <- m.start() }()
				}
				return nil
			})
		})
	}
	if o.midst == nil {
		c.midst = kill
	} else {
		c.before = func(n int, r *http.Request) {
			if o.midst(n, r) {
				kill()
			}
		}
	}
	c.endpoint = c.backend
	return func(ctx context.Context) error {
		if !happened.Load() {
			return errors.New("the server was not killed")
		}
		if back {
			return <-ended
		}
		select {
		case err := <-ended:
			return err
		default:
		}
		if err := m.start(); err != nil {
			return err
		}
		return t.settle(ctx)
	}
}

// settle gives a server the time to do what it was asked for before it, or what is behind it,
// was killed: RGW goes on with requests whose clients have left.
func (t *trial) settle(ctx context.Context) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); <-tick.C {
		if err := t.store.works(ctx); err != nil {
			return err
		}
		if t.holds == nil {
			return nil
		}
		is, err := t.holds(ctx, t)
		if err != nil || is {
			return err
		}
		if t.completion == nil {
			continue
		}
		if ids, err := t.store.uploads(ctx, t.key); err != nil || len(ids) == 0 {
			return err
		}
	}
	return nil
}

// ownMinIO is a MinIO of the test's own.
type ownMinIO struct {
	program, dir string
	port         int
	command      *exec.Cmd
}

const ownKey, ownSecret = "faultsadmin", "faults-secret-key"

// newOwnMinIO starts the program that testdata/backends/minio/up.sh has built.
func newOwnMinIO(dir string) (*ownMinIO, error) {
	programs, err := filepath.Glob(filepath.Join(backends(), "bin", "minio@*"))
	if err != nil || len(programs) == 0 {
		return nil, fmt.Errorf("there is no MinIO in %s/bin: run testdata/backends/minio/up.sh (%w)", backends(), errors.Join(err, os.ErrNotExist))
	}
	m := &ownMinIO{program: programs[len(programs)-1], dir: dir}
	if m.port, err = freePort(); err != nil {
		return nil, err
	}
	return m, m.start()
}

// backends is where the start scripts keep what they make.
func backends() string {
	if root := os.Getenv("STOWAGE_BACKENDS"); root != "" {
		return root
	}
	return "/tmp/backends"
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (m *ownMinIO) address() string { return "127.0.0.1:" + strconv.Itoa(m.port) }

func (m *ownMinIO) env() integration.Env {
	return integration.Env{
		"S3_ENDPOINT": "http://" + m.address(), "S3_REGION": "us-east-1", "S3_ACCESS_KEY": ownKey, "S3_SECRET_KEY": ownSecret,
	}
}

func (m *ownMinIO) start() error {
	m.command = exec.Command(m.program, "server", "--address", m.address(), m.dir)
	m.command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + m.dir, "MINIO_ROOT_USER=" + ownKey, "MINIO_ROOT_PASSWORD=" + ownSecret,
		"MINIO_BROWSER=off", "MINIO_UPDATE=off", "MINIO_CI_CD=1",
	}
	if err := m.command.Start(); err != nil {
		return err
	}
	return answering("http://" + m.address() + "/minio/health/ready")
}

func (m *ownMinIO) kill() error {
	if err := m.command.Process.Kill(); err != nil {
		return err
	}
	_ = m.command.Wait() // it says that it was killed
	return nil
}

func (m *ownMinIO) stop() { _ = m.kill() }

// answering waits until a URL answers 200.
func answering(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", url, errors.Join(ctx.Err(), err))
		}
	}
}

// ownCeph is a Ceph cluster of the test's own, of which the OSD dies. It keeps its objects on
// disk, so that they outlive it.
type ownCeph struct {
	state   string
	exports integration.Env
}

const cephScripts = "../../testdata/backends/ceph/"

// cephPorts is added to the ports that testdata/backends/ceph/up.sh names.
const cephPorts = 21000

func newOwnCeph(state string) (*ownCeph, error) {
	c := &ownCeph{state: state}
	if err := c.start(); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

func (c *ownCeph) script(name string, args ...string) error {
	cmd := exec.Command(cephScripts+name, args...)
	cmd.Env = append(os.Environ(), "STATE="+c.state, "STORE=bluestore", "PORT_OFFSET="+strconv.Itoa(cephPorts))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

func (c *ownCeph) start() error {
	if err := c.script("up.sh"); err != nil {
		return err
	}
	var err error
	c.exports, err = integration.LoadFile(filepath.Join(c.state, "env"))
	return err
}

func (c *ownCeph) env() integration.Env { return c.exports }

func (c *ownCeph) kill() error {
	text, err := os.ReadFile(filepath.Join(c.state, "run", "osd.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

func (c *ownCeph) stop() { _ = c.script("down.sh", "--wipe") }

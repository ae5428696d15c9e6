package clouds

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSearchPath(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		goos string
		env  map[string]string
		want []string
	}{
		"Linux": {"linux", map[string]string{"HOME": "/home/u"}, []string{
			".", "/home/u/.config/openstack", "/etc/xdg/openstack", "/etc/openstack",
		}},
		"Linux, with XDG's variables": {
			"linux",
			map[string]string{"HOME": "/home/u", "XDG_CONFIG_HOME": "/h", "XDG_CONFIG_DIRS": "/a::/b"},
			[]string{".", "/h/openstack", "/home/u/.config/openstack", "/a/openstack", "/b/openstack", "/etc/openstack"},
		},
		"Linux, in a snap": {"linux", map[string]string{"HOME": "/home/u/snap/x/1", "SNAP_REAL_HOME": "/home/u"}, []string{
			".", "/home/u/.config/openstack", "/etc/xdg/openstack", "/etc/openstack",
		}},
		"nobody's home": {"linux", nil, []string{".", "/etc/xdg/openstack", "/etc/openstack"}},
		"macOS": {"darwin", map[string]string{"HOME": "/Users/u"}, []string{
			".", "/Users/u/Library/Application Support/openstack", "/Users/u/.config/openstack",
			"/Library/Application Support/openstack", "/etc/openstack",
		}},
		"Windows": {
			"windows",
			map[string]string{"USERPROFILE": "/u", "LOCALAPPDATA": "/u/AppData/Local", "PROGRAMDATA": "/ProgramData"},
			[]string{".", "/u/AppData/Local/OpenStack/openstack", "/u/.config/openstack", "/ProgramData/OpenStack/openstack", "/etc/openstack"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := searchPath(lookup(c.env), c.goos)
			for i := range got {
				got[i] = filepath.ToSlash(got[i])
			}
			assert.Equal(t, c.want, got)
		})
	}
}

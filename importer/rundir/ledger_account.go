// Which account and object type a run went into, however they are spelled.

package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/hubload/hubload/mapping/schema"
)

// accountOf names an account and an object type: by the account's number, whatever it
// is reached by, or by its address where the number can't be read.
func accountOf(r *Run) []string {
	object := objectName(r.Object)
	if r.Account != 0 {
		return []string{fmt.Sprint(r.Account), object}
	}
	return []string{hostOf(r.BaseURL), object}
}

// objectName is the name of an object type, however it is spelled.
func objectName(object string) string { return schema.ObjectType(strings.ToLower(object)) }

// hostOf is a base URL of which each spelling is the same.
func hostOf(baseURL string) string {
	u, err := url.Parse(strings.TrimRight(baseURL, "/"))
	if err != nil {
		return baseURL
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch u.Hostname() {
	case "localhost", "::1":
		u.Host = strings.TrimSuffix("127.0.0.1:"+u.Port(), ":")
	}
	return u.String()
}

// sentDir is where the ledger keeps the runs of r's account and object type.
func (l ledger) sentDir(r *Run) string {
	return filepath.Join(l.sub("rows"), digest(accountOf(r)...))
}

// sentDirs are those of all accounts.
func (l ledger) sentDirs() (dirs []string, err error) {
	names, err := os.ReadDir(l.sub("rows"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, name := range names {
		dirs = append(dirs, filepath.Join(l.sub("rows"), name.Name()))
	}
	return dirs, nil
}

func (l ledger) sentFile(r *Run) string { return filepath.Join(l.sentDir(r), r.ID+sentExt) }

// all reads the descriptions of all runs. The errors are those of entries that can't be read.
func (l ledger) all() (all []*sent, broken []error) {
	dirs, err := l.sentDirs()
	if err != nil {
		return nil, []error{err}
	}
	for _, dir := range dirs {
		names, err := os.ReadDir(dir)
		if err != nil {
			broken = append(broken, err)
		}
		for _, name := range names {
			if filepath.Ext(name.Name()) != sentExt {
				continue
			}
			if e, err := openSent(filepath.Join(dir, name.Name())); err != nil {
				broken = append(broken, err)
			} else {
				all = append(all, e)
			}
		}
	}
	return all, broken
}

// ofAccount reads the descriptions of all runs that went into r's account, and of those that
// may have: where the number of the account can't be read now, or couldn't then, the address
// says which.
func (l ledger) ofAccount(r *Run) (all []*sent, err error) {
	unnamed := *r
	unnamed.Account = 0
	dirs := []string{l.sentDir(&unnamed), l.sentDir(r)}
	if r.Account == 0 {
		if dirs, err = l.sentDirs(); err != nil {
			return nil, err
		}
	}
	for _, dir := range dirs {
		entries, err := l.entries(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if r.Account != 0 || sameAccount(r, &Run{BaseURL: e.BaseURL, Object: e.Object}) {
				all = append(all, e)
			}
		}
	}
	return all, nil
}

// sameAccount reports whether two runs went into the same account and object type, or may
// have: the number of one of them isn't known.
func sameAccount(a, b *Run) bool {
	known := a.Account != 0 && b.Account != 0
	return objectName(a.Object) == objectName(b.Object) &&
		(known && a.Account == b.Account || !known && hostOf(a.BaseURL) == hostOf(b.BaseURL))
}

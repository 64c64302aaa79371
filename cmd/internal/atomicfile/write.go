// Package atomicfile makes files that are whole or not there.
package atomicfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Options are choices in writing a file. The zero value is good.
type Options struct {
	// Replace allows a file that exists to be replaced.
	Replace bool

	// Like, if not nil, is the file whose permission bits the new one gets.
	// Without it these are 0666 less the umask, as for any new file.
	Like fs.FileInfo

	// KeepTimes gives the file the modification time of Like.
	KeepTimes bool
	// Check, if not nil, looks at the file when all of it is written and before it gets its name, under the name that it has until
	// then. If it returns an error, Write does, too.
	Check func(temporary string) error
	// Sync waits for the disk: once Write has returned, a crash of the machine does not lose the file.
	Sync bool
}

// An ExistsError names a file that Write was not allowed to replace. It is
// fs.ErrExist to errors.Is.
type ExistsError struct{ Path string }

func (e *ExistsError) Error() string { return e.Path + " already exists" }

// Is makes an ExistsError an fs.ErrExist.
func (e *ExistsError) Is(target error) bool { return target == fs.ErrExist }

// Write makes the file at path out of what write writes: all of it, or on any
// error nothing. It writes to a temporary file beside it, which nobody else can
// read if Like is set, and gives that its name at the end; and does not
// sync unless asked to.
//
// If path exists and Replace is not set, Write returns an *ExistsError, without
// calling write if it can see so beforehand. A symbolic link is replaced, not
// followed, but what is no regular file at its end, such as a device or a named
// pipe, is written to directly, and keeps its permissions and times.
//
// When ctx ends, writing fails with its cause, the temporary file is removed, and
// Write no longer waits for a named pipe to be opened at its other end. A command
// that ends ctx on a signal leaves nothing behind.
func Write(ctx context.Context, path string, o Options, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		if o.Check != nil {
			return errors.New("is no regular file: what is written cannot be read back")
		}
		return writeDirectly(ctx, path, write)
	}
	if _, err := os.Lstat(path); err == nil && !o.Replace {
		return &ExistsError{path}
	}
	f, err := createTemporary(path, o)
	if err != nil {
		return err
	}
	defer func() {
		f.Close() // a second time, if all went well; that error is no news
		if rm := os.Remove(f.Name()); rm != nil && !errors.Is(rm, fs.ErrNotExist) && err == nil {
			err = rm
		}
	}()
	if err := write(&contextWriter{ctx, f}); err != nil {
		return err
	}
	if o.Like != nil {
		if err := f.Chmod(o.Like.Mode().Perm()); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	if o.Sync {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	if o.Check != nil {
		if err := o.Check(f.Name()); err != nil {
			return err
		}
	}
	if o.Like != nil && o.KeepTimes {
		if err := os.Chtimes(f.Name(), o.Like.ModTime(), o.Like.ModTime()); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	rename := renameNew
	if o.Replace {
		rename = os.Rename
	}
	if err := rename(f.Name(), path); err != nil || !o.Sync {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder waits until the names in a folder are on the disk, where the system can say so.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return nil // it may be written to, but not read
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// renameNew gives a file the name path, or returns an *ExistsError if that is
// taken, even if it was taken a moment ago. The old name may remain.
func renameNew(old, path string) error {
	err := os.Link(old, path)
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return &ExistsError{path}
	}
	// No hard links here. Take the name with an empty file, which is as
	// exclusive, and replace that; only a crash in between would show it.
	claim, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			return &ExistsError{path}
		}
		return err
	}
	claim.Close()
	if err := os.Rename(old, path); err != nil {
		os.Remove(path)
		return err
	}
	return nil
}

// createTemporary makes a new file in path's folder. Unlike os.CreateTemp it
// leaves permissions to the umask, as for any new file, unless they are to be
// those of another file: then nobody but the owner may read it meanwhile.
func createTemporary(path string, o Options) (*os.File, error) {
	const attempts = 100
	var permissions fs.FileMode = 0o666
	if o.Like != nil {
		permissions = 0o600
	}
	for i := 0; ; i++ {
		name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".ddpmz-%016x.tmp", rand.Uint64()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, permissions)
		if err == nil || !errors.Is(err, fs.ErrExist) || i == attempts {
			return f, err
		}
	}
}

// writeDirectly writes to something that is already there and stays.
func writeDirectly(ctx context.Context, path string, write func(io.Writer) error) error {
	f, err := openDirectly(ctx, path)
	if err != nil {
		return err
	}
	if err := write(&contextWriter{ctx, f}); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// openDirectly opens a file for writing. That of a named pipe takes until
// somebody opens it for reading, or until ctx ends.
func openDirectly(ctx context.Context, path string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	opened := make(chan result) // without room: an open that nobody waits for is closed
	go func() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		select {
		case opened <- result{f, err}:
		case <-ctx.Done():
			f.Close() // does nothing if f is nil
		}
	}()
	select {
	case r := <-opened:
		return r.file, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// A contextWriter refuses to write once its context has ended.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (w *contextWriter) Write(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	return w.w.Write(p)
}

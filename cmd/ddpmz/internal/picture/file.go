package picture

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

// WriteFile makes the file at path out of what write writes: all of it, or on
// any error nothing. It writes to a temporary file beside it (permissions 0666
// less the umask) and gives that its name at the end; it does not sync.
//
// A file that exists is replaced if force is set; else WriteFile returns an
// *ExistsError, without calling write if it can see so beforehand. A symbolic
// link is replaced, not followed, but what is no regular file at its end, such
// as a device or a named pipe, is written to directly.
//
// When ctx ends, writing fails with its cause and the temporary file is
// removed; a command that ends ctx on a signal leaves nothing behind.
func WriteFile(ctx context.Context, path string, force bool, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return writeDirectly(ctx, path, write)
	}
	if _, err := os.Lstat(path); err == nil && !force {
		return &ExistsError{path}
	}
	f, err := createTemporary(path)
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
	if err := f.Close(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if force {
		return os.Rename(f.Name(), path)
	}
	return renameNew(f.Name(), path)
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
// leaves permissions to the umask, as for any new file.
func createTemporary(path string) (*os.File, error) {
	const attempts = 100
	for i := 0; ; i++ {
		name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".ddpmz-%016x.tmp", rand.Uint64()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !errors.Is(err, fs.ErrExist) || i == attempts {
			return f, err
		}
	}
}

// writeDirectly writes to something that is already there and stays.
func writeDirectly(ctx context.Context, path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := write(&contextWriter{ctx, f}); err != nil {
		f.Close()
		return err
	}
	return f.Close()
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

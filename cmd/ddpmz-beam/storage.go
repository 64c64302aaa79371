package main

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	// The file systems that names can be on, by their scheme.
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/s3"
)

// isLocal reports whether a name is that of a local file, with which Go's own package does more than Beam's file systems can: it keeps
// times and permissions, and takes names exclusively.
func isLocal(name string) bool { return !strings.Contains(name, "://") }

// fileSystems has Beam's file systems by their scheme. Each is made once a process, since their clients sign in and keep connections.
var fileSystems sync.Map

// fileSystem returns the file system that a name is on.
func fileSystem(name string) (filesystem.Interface, error) {
	scheme, _, found := strings.Cut(name, "://")
	if !found {
		scheme = ""
	}
	if f, ok := fileSystems.Load(scheme); ok {
		return f.(filesystem.Interface), nil
	}
	f, err := filesystem.New(context.Background(), name) // its clients live longer than any one call
	if err != nil {
		return nil, err
	}
	kept, _ := fileSystems.LoadOrStore(scheme, f)
	return kept.(filesystem.Interface), nil
}

// checkName refuses a name that Beam's file systems would take for another: on S3 and GCS they read names as URLs, where ? and # begin
// something else, and % an escape.
func checkName(name string) error {
	if !strings.HasPrefix(name, "s3://") && !strings.HasPrefix(name, "gs://") {
		return nil
	}
	u, err := url.Parse(name)
	if err != nil || u.Scheme+"://"+u.Host+u.Path != name {
		return errors.New("Beam's file systems take its name for another: it has ?, #, % or a control character")
	}
	return nil
}

// A fault is an error of a file system or of the machine rather than of a file: another try may go well.
type fault struct{ err error }

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// faulty marks an error of a file system as a fault, unless it will be the same next time.
func faulty(err error) error {
	if err == nil || isMissing(err) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrExist) {
		return err
	}
	return &fault{err}
}

// isMissing reports whether an error says that there is no such file, as each of the file systems words it.
func isMissing(err error) bool {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, storage.ErrObjectNotExist) {
		return true
	}
	var s3 interface{ ErrorCode() string }
	return errors.As(err, &s3) && (s3.ErrorCode() == "NotFound" || s3.ErrorCode() == "NoSuchKey")
}

// A fileInfo is what file systems know of a file.
type fileInfo struct {
	bytes    int64
	modified time.Time // zero if the file system does not say
	local    fs.FileInfo
}

// stat looks at a file, under a name that Beam takes for this file.
func stat(ctx context.Context, name string) (*fileInfo, error) {
	if isLocal(name) {
		info, err := os.Stat(name)
		if err != nil {
			return nil, faulty(err)
		}
		return &fileInfo{info.Size(), info.ModTime(), info}, nil
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	f, err := fileSystem(name)
	if err != nil {
		return nil, err
	}
	info := new(fileInfo)
	if info.bytes, err = f.Size(ctx, name); err != nil {
		return nil, faulty(err)
	}
	if m, ok := f.(filesystem.LastModifiedGetter); ok {
		if info.modified, err = m.LastModified(ctx, name); err != nil {
			return nil, faulty(err)
		}
	}
	return info, nil
}

// read reads a file.
func read(ctx context.Context, name string) ([]byte, error) {
	if isLocal(name) {
		data, err := os.ReadFile(name)
		return data, faulty(err)
	}
	f, err := fileSystem(name)
	if err != nil {
		return nil, err
	}
	data, err := filesystem.Read(ctx, f, name)
	return data, faulty(err)
}

// writeObject writes a file on a file system where it appears when all of it is there, as object stores have it.
func writeObject(ctx context.Context, name string, data []byte) error {
	f, err := fileSystem(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends what a failed writer still does, so that no part of the file appears
	w, err := f.OpenWrite(ctx, name)
	if err != nil {
		return faulty(err)
	}
	if _, err := w.Write(data); err != nil {
		cancel()
		w.Close()
		return faulty(err)
	}
	if err := w.Close(); err != nil {
		return faulty(err)
	}
	written, err := f.Size(ctx, name)
	if err == nil && written != int64(len(data)) {
		err = errors.New("has another size than was written")
	}
	return faulty(err)
}

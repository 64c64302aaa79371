package main

import (
	"bufio"
	"bytes"
	"errors"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/tree"
)

// collectionFlags are those of commands that go through many files.
type collectionFlags struct {
	recursive  bool
	from0, log string
	parallel   int
	shardOf    string

	verify, remove bool

	shard, shards uint32 // of shardOf
}

func (f *collectionFlags) flags(what string) []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "recursive", Aliases: []string{"r"}, Destination: &f.recursive, DisableDefaultText: true,
			Usage: "take " + what + " in folders and in folders in these, with the same tree under -o, or beside them; what is up to date is left out"},
		&cli.StringFlag{Name: "from0", Destination: &f.from0,
			Usage: "take the names in `FILE`, or on standard input if it is -, each of which a zero byte ends, as find -print0 writes them"},
		f.jobsFlag(),
		&cli.StringFlag{Name: "shard", Destination: &f.shardOf,
			Usage: "of the files of -r or --from0, take the `I/N`th part, I from 0 to N-1: each of N machines has another"},
		&cli.StringFlag{Name: "log", Destination: &f.log,
			Usage: "append a line in JSON for each file to `FILE`"},
	}
}

func (f *collectionFlags) jobsFlag() cli.Flag {
	return &cli.IntFlag{Name: "jobs", Aliases: []string{"j"}, Destination: &f.parallel, DefaultText: "one for each processor",
		Usage: "work on `N` files at a time; --max-memory is for all of them together"}
}

// verifyFlags are --verify and --rm.
func (f *collectionFlags) verifyFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "verify", Destination: &f.verify, DisableDefaultText: true,
			Usage: "read back what was written, decode it, and compare it with the input, before it gets its name"},
		&cli.BoolFlag{Name: "rm", Destination: &f.remove, DisableDefaultText: true,
			Usage: "remove each input, once --verify, which this implies, has found that its output is the same"},
	}
}

// active reports whether the files are a collection: found in folders, or listed.
func (f *collectionFlags) active() bool { return f.recursive || f.from0 != "" }

// check checks the flags, and fills in what they leave open.
func (f *collectionFlags) check(processors int) error {
	f.verify = f.verify || f.remove
	switch {
	case !f.active() && (f.parallel > 0 || f.log != "" || f.shardOf != "" || f.remove):
		return usagef("--jobs, --log, --shard and --rm are for the files of -r and --from0")
	case f.parallel < 0:
		return usagef("--jobs is a number of files, at least 1")
	case f.parallel == 0:
		f.parallel = processors
	}
	f.shards = 1
	if f.shardOf == "" {
		return nil
	}
	part, of, _ := strings.Cut(f.shardOf, "/")
	i, err1 := strconv.ParseUint(part, 10, 31)
	n, err2 := strconv.ParseUint(of, 10, 31)
	if err1 != nil || err2 != nil || i >= n {
		return usagef("--shard is I/N, with I from 0 to N-1, such as 0/8")
	}
	f.shard, f.shards = uint32(i), uint32(n)
	return nil
}

// A collection is the files that a command goes through: the jobs, and what could not be made one.
type collection struct {
	jobs    []job
	others  int // files in folders that are of another kind
	refused []refusal
}

// A refusal is a file that there is no job for, or a folder that cannot be read.
type refusal struct {
	name string
	err  error
}

// A collector finds the files of a collection.
type collector struct {
	*collectionFlags
	output string                           // the folder under which the outputs go; empty for beside the inputs
	takes  func(name string) bool           // of files in folders
	rename func(name, inside string) string // names the output of a file, as the name inside its folder is

	found collection
	taken map[string]string // inputs by their output
}

// collect finds the files that the command line names. stdin has the list of --from0 -.
func (c *collector) collect(inputs []string, stdin io.Reader) (*collection, error) {
	c.taken = map[string]string{}
	if c.output == stdio {
		return nil, usagef("the files of a collection do not go to standard output: -o names a folder")
	}
	if info, err := os.Stat(c.output); c.output != "" && err == nil && !info.IsDir() {
		return nil, usagef("%s is no folder, as -o names one for a collection", c.output)
	}
	if len(inputs) == 0 && c.from0 == "" {
		return nil, usagef("no folder is named, and no list")
	}
	for _, name := range inputs {
		switch {
		case name == stdio:
			return nil, usagef("standard input is no file of a collection; --from0 - reads names from it")
		case isFolder(name):
			if !c.recursive {
				return nil, usagef("%s is a folder: -r takes what is in it", name)
			}
			c.walk(name)
		default:
			c.add(name, filepath.Base(name))
		}
	}
	if c.from0 != "" {
		if err := c.readList(stdin); err != nil {
			return nil, err
		}
	}
	return &c.found, nil
}

// walk adds the files in a folder.
func (c *collector) walk(folder string) {
	c.found.others += tree.Walk(folder, c.takes, func(path, inside string, err error) {
		if err != nil {
			c.refuse(path, err)
			return
		}
		c.add(path, inside)
	})
}

// readList adds the names of --from0.
func (c *collector) readList(stdin io.Reader) error {
	in := stdin
	if c.from0 != stdio {
		f, err := os.Open(c.from0)
		if err != nil {
			return about(c.from0, err)
		}
		defer f.Close()
		in = f
	}
	const longest = 1 << 16 // bytes of a name, far above what systems have
	names := bufio.NewScanner(in)
	names.Buffer(nil, longest)
	names.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEOF && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	for names.Scan() {
		name := names.Text()
		if name == "" {
			continue
		}
		inside := strings.TrimPrefix(filepath.Clean(name), filepath.VolumeName(name))
		inside = strings.TrimLeft(inside, string(filepath.Separator))
		if c.output != "" && !filepath.IsLocal(inside) {
			c.refuse(name, errors.New("the name leads out of the folder of -o"))
			continue
		}
		c.add(name, inside)
	}
	return about(displayName(c.from0), names.Err())
}

// add adds a file, whose output is named as inside is, under -o or beside it.
func (c *collector) add(name, inside string) {
	if c.shards > 1 {
		h := fnv.New32a()
		h.Write([]byte(filepath.ToSlash(inside)))
		if h.Sum32()%c.shards != c.shard {
			return
		}
	}
	out := ""
	if c.output != "" {
		out = filepath.Join(c.output, c.rename(name, inside))
	} else {
		out = c.rename(name, name)
	}
	if other, ok := c.taken[out]; ok {
		if other != name {
			c.refuse(name, errors.New(other+" becomes "+out+" already"))
		}
		return
	}
	c.taken[out] = name
	c.found.jobs = append(c.found.jobs, job{name, out})
}

func (c *collector) refuse(name string, err error) {
	c.found.refused = append(c.found.refused, refusal{name, err})
}

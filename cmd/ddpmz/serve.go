package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/gallery"
	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/codec"
)

// A serving is one run of the serve command.
type serving struct {
	*streams
	address  string
	noEncode bool
	effort   int
	model    string // weights file
	limits   limitFlags
}

func serveCommand(s *streams) *cli.Command {
	v := &serving{streams: s}
	return &cli.Command{
		Name:      "serve",
		Usage:     "show a folder in a browser",
		ArgsUsage: "[FOLDER]",
		Description: "The pages show small pictures of all " + suffix + " files, and of each file what its prefixes decode to, level by level, with their\n" +
			"bytes and their difference to the image. Pictures that are dropped on a page of their own are encoded, in memory: nothing is\n" +
			"written to the folder, and no name or link leads out of it. Until --listen says otherwise, only this computer has access.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "localhost:8025", Destination: &v.address, Usage: "answer at `ADDRESS:PORT`; port 0 is any that is free"},
			&cli.BoolFlag{Name: "no-encode", Destination: &v.noEncode, DisableDefaultText: true, Usage: "no page on which pictures are encoded"},
			effortFlag(&v.effort),
			weightsFlag(&v.model),
		}, v.limits.flags()...),
		Action: v.action,
	}
}

func (v *serving) action(c *cli.Context) error {
	folder := "."
	switch c.NArg() {
	case 0:
	case 1:
		folder = c.Args().First()
	default:
		return usagef("serve takes one folder")
	}
	if err := checkEffort(v.effort); err != nil {
		return err
	}
	nets, err := loadNets(v.model)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return about(folder, err)
	}
	defer root.Close()
	name := filepath.Base(folder)
	if absolute, err := filepath.Abs(folder); err == nil {
		name = filepath.Base(absolute)
	}
	listener, err := net.Listen("tcp", v.address)
	if err != nil {
		return err
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	local := ok && address.IP.IsLoopback()
	config := gallery.Config{Folder: root, Name: name, Decoder: codec.Decoder{Nets: nets, Limits: v.limits.limits()}, Local: local}
	if !v.noEncode {
		config.Encode = v.encode
	}
	host := listener.Addr().String()
	if local {
		host = fmt.Sprintf("localhost:%d", address.Port)
	}
	fmt.Fprintf(v.stderr, "ddpmz: %s is at http://%s/\n", displayName(folder), host)
	return v.serve(c.Context, listener, gallery.New(config))
}

// serve answers requests until ctx ends.
func (v *serving) serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return context.Cause(ctx)
}

// encode encodes a picture that was dropped.
func (v *serving) encode(ctx context.Context, w io.Writer, in io.Reader) error {
	_, err := (&coding.Encoder{Effort: v.effort, Limits: v.limits.limits()}).Encode(ctx, w, in)
	return err
}

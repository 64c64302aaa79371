// Package zoo holds the models that come with ddpmz.
//
// A model is a weights file, and its identity is the SHA-256 of that file: a ddpmz file names the model it
// needs by the first four bytes. Where each comes from is in README.md beside the files.
package zoo

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/ddpmz/ddpmz/model"
)

// Default is the name of the model used when none is asked for.
const Default = "photo"

//go:embed photo.ddpw
var photo []byte

// entries in the order of Names.
var entries = []entry{
	{Default, sync.OnceValues(func() (*model.Net, error) { return model.Load(photo) })},
}

type entry struct {
	name string
	load func() (*model.Net, error)
}

// An UnknownModelError is a model that is not in the zoo.
type UnknownModelError string

func (e UnknownModelError) Error() string { return "zoo: no model " + string(e) }

// Names returns the names of all models.
func Names() []string {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.name
	}
	return names
}

// ByName returns the model of that name; the empty name is Default.
func ByName(name string) (*model.Net, error) {
	if name == "" {
		name = Default
	}
	for _, e := range entries {
		if e.name == name {
			return e.load()
		}
	}
	return nil, UnknownModelError(name)
}

// ByID returns the model whose identity begins with id, and its name.
func ByID(id [4]byte) (*model.Net, string, error) {
	for _, e := range entries {
		net, err := e.load()
		if err != nil {
			return nil, "", err
		}
		if have := net.Identity(); [4]byte(have[:4]) == id {
			return net, e.name, nil
		}
	}
	return nil, "", UnknownModelError(fmt.Sprintf("%x", id))
}

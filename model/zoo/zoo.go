// Package zoo holds the models that come with ddpmz.
//
// A model is a weights file, and its identity is the SHA-256 of that file, of which a ddpmz file has the first eight bytes.
// README.md beside the files says how each model was trained.
//
// The files are part of a program, unless that is built with the tag fetchweights: then it gets those that it needs when it needs
// them, from Fetch.
package zoo

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ddpmz/ddpmz/model"
)

// Default is the name of the model that is used if no other is chosen.
const Default = "photo"

// entries has all models, in the order of Names.
var entries = []*entry{
	{name: Default, id: numbers[0], file: photo},
	{name: "cifar10", id: numbers[1], file: cifar10},
}

// numbers has the first bytes of the identities of the models that short files identify by a number: the number of a model is
// its position in this list, from 1. The list only grows: new weights get a new line, and the
// line of weights that are no longer in the zoo remains.
var numbers = [][8]byte{
	{0xa8, 0x1d, 0xaa, 0xe4, 0x45, 0x0c, 0x88, 0x96}, // photo
	{0x3c, 0x00, 0xe3, 0x52, 0xab, 0x96, 0x5f, 0x40}, // cifar10
}

// Number returns the number of the model whose identity begins with id, and whether it has one.
func Number(id [8]byte) (n uint8, ok bool) {
	i := slices.Index(numbers, id)
	return uint8(i + 1), i >= 0
}

// Numbered returns the first bytes of the identity of the model with a number, and whether there is one.
func Numbered(n uint8) (id [8]byte, ok bool) {
	if n == 0 || int(n) > len(numbers) {
		return id, false
	}
	return numbers[n-1], true
}

// An entry is a model. One that could not be loaded is loaded again when it is next asked for.
type entry struct {
	name string
	id   [8]byte // the first bytes of its identity
	file func() ([]byte, error)

	mutex sync.Mutex
	net   *model.Net
}

func (e *entry) load() (*model.Net, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.net != nil {
		return e.net, nil
	}
	file, err := e.file()
	if err != nil {
		return nil, err
	}
	net, err := model.Load(file)
	if err != nil {
		return nil, err
	}
	if id := net.Identity(); [8]byte(id[:8]) != e.id {
		return nil, fmt.Errorf("zoo: the weights of %s have the identity %x, not %x", e.name, id[:8], e.id)
	}
	e.net = net
	return net, nil
}

// File returns the weights file of the model with a name, which must not be changed, or an UnknownModelError, or Fetch's error.
func File(name string) ([]byte, error) {
	for _, e := range entries {
		if e.name == name {
			return e.file()
		}
	}
	return nil, UnknownModelError(name)
}

// An UnknownModelError is the name, or the first bytes of the identity, of a model that is not in the zoo.
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

// ByName returns the model with a name; the empty name is Default. Its errors are an UnknownModelError, and those of model.Load and of Fetch.
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

// NameByID returns the name of the model whose identity begins with id, without loading any.
func NameByID(id [8]byte) (name string, ok bool) {
	for _, e := range entries {
		if e.id == id {
			return e.name, true
		}
	}
	return "", false
}

// ByID returns the model whose identity begins with id, and its name. Its errors are those of ByName.
func ByID(id [8]byte) (*model.Net, string, error) {
	for _, e := range entries {
		if e.id == id {
			net, err := e.load()
			return net, e.name, err
		}
	}
	return nil, "", UnknownModelError(fmt.Sprintf("%x", id))
}

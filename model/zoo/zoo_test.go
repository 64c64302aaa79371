package zoo

import (
	"crypto/sha256"
	"errors"
	"testing"
)

func TestModels(t *testing.T) {
	names := Names()
	if len(names) == 0 || names[0] != Default {
		t.Fatalf("models %v do not begin with %s", names, Default)
	}
	ids := map[[4]byte]string{}
	for _, name := range names {
		net, err := ByName(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again, err := ByName(name); err != nil || again != net {
			t.Errorf("%s is loaded twice", name)
		}
		whole := net.Identity()
		id := [4]byte(whole[:4])
		if other, ok := ids[id]; ok {
			t.Errorf("%s and %s have the same identity in files, %x", name, other, id)
		}
		ids[id] = name
		if same, found, err := ByID(id); err != nil || same != net || found != name {
			t.Errorf("%x is %q, %v, want %s", id, found, err, name)
		}
	}
	if net, err := ByName(""); err != nil || net.Identity() != sha256.Sum256(photo) {
		t.Errorf("the model used when none is asked for: %v", err)
	}
}

func TestUnknownModel(t *testing.T) {
	var unknown UnknownModelError
	if net, err := ByName("nonesuch"); net != nil || !errors.As(err, &unknown) || string(unknown) != "nonesuch" {
		t.Errorf("a model of no name: %v", err)
	}
	if net, name, err := ByID([4]byte{1, 2, 3, 4}); net != nil || name != "" || !errors.As(err, &unknown) || string(unknown) != "01020304" {
		t.Errorf("a model of no identity: %q, %v", name, err)
	}
}

package zoo

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
)

func TestModels(t *testing.T) {
	names := Names()
	if len(names) == 0 || names[0] != Default {
		t.Fatalf("models %v do not begin with %s", names, Default)
	}
	ids := map[[8]byte]string{}
	for _, name := range names {
		net, err := ByName(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again, err := ByName(name); err != nil || again != net {
			t.Errorf("%s is loaded twice", name)
		}
		whole := net.Identity()
		id := [8]byte(whole[:8])
		if other, ok := ids[id]; ok {
			t.Errorf("%s and %s have the same identity in files, %x", name, other, id)
		}
		ids[id] = name
		n, ok := Number(id)
		if !ok {
			t.Errorf("%s has no number: append {% #02x} to numbers", name, id)
		} else if same, ok := Numbered(n); !ok || same != id {
			t.Errorf("%s has number %d, which is %x", name, n, same)
		}
		if same, found, err := ByID(id); err != nil || same != net || found != name {
			t.Errorf("%x is %q, %v, want %s", id, found, err, name)
		}
	}
	file, err := File(Default)
	if err != nil {
		t.Fatal(err)
	}
	if net, err := ByName(""); err != nil || net.Identity() != sha256.Sum256(file) {
		t.Errorf("the model used when none is asked for: %v", err)
	}
}

// What files say: a line may be added, and none may change.
func TestNumbers(t *testing.T) {
	for i, want := range []string{"a81daae4450c8896", "3c00e352ab965f40"} {
		if id, ok := Numbered(uint8(i + 1)); !ok || fmt.Sprintf("%x", id) != want {
			t.Errorf("number %d is %x, not %s", i+1, id, want)
		}
	}
	for _, n := range []int{0, len(numbers) + 1, 255} {
		if id, ok := Numbered(uint8(n)); ok {
			t.Errorf("number %d is %x", n, id)
		}
	}
	if n, ok := Number([8]byte{1, 2, 3, 4}); ok || n != 0 {
		t.Errorf("a model of no identity has number %d", n)
	}
	if len(numbers) > 15 {
		t.Error("numbers take more than the four bits that short files have")
	}
}

func TestUnknownModel(t *testing.T) {
	var unknown UnknownModelError
	if net, err := ByName("nonesuch"); net != nil || !errors.As(err, &unknown) || string(unknown) != "nonesuch" {
		t.Errorf("a model of no name: %v", err)
	}
	if net, name, err := ByID([8]byte{1, 2, 3, 4}); net != nil || name != "" || !errors.As(err, &unknown) || string(unknown) != "0102030400000000" {
		t.Errorf("a model of no identity: %q, %v", name, err)
	}
}

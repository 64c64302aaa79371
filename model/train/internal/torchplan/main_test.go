package main

import (
	"bytes"
	"os"
	"testing"
)

// TestPlan checks that the committed plan.py is what the Go packages say.
func TestPlan(t *testing.T) {
	want, err := plan()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../torch/plan.py")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("plan.py is not what this package writes: run go generate ./model/train/internal/torchplan")
	}
}

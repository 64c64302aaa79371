package reports

import (
	"bytes"
	"strings"
	"testing"
)

func TestReports(t *testing.T) {
	type report struct {
		Name string `json:"name"`
	}
	var b bytes.Buffer
	if err := Write(&b, report{"a"}); err != nil {
		t.Fatal(err)
	}
	var r report
	if err := Read(&b, &r); err != nil || r.Name != "a" {
		t.Errorf("%+v, %v", r, err)
	}
	for _, text := range []string{"", "{", `{"name": "a", "other": 1}`} {
		if err := Read(strings.NewReader(text), &r); err == nil {
			t.Errorf("%q is a report", text)
		}
	}
}

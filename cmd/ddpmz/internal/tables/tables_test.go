package tables

import "testing"

func TestGrid(t *testing.T) {
	var g Grid
	g.Row("codec", "dB", "bytes")
	g.Row("ours", Number(36.126, 2), "7")
	g.Row("thé", Percent(-0.0123))
	want := "" +
		"| codec |    dB | bytes |\n" +
		"|-------|------:|------:|\n" +
		"| ours  | 36.13 |     7 |\n" +
		"| thé   | -1.2% |       |\n"
	if have := g.String(); have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

func TestFill(t *testing.T) {
	list := []Table{{"a", "| 1 |\n"}, {"b", "two\n"}}
	document := "# x\n<!-- table b -->\nold\n<!-- end of table -->\n\n<!-- table a -->\n<!-- end of table -->y"
	want := "# x\n<!-- table b -->\ntwo\n<!-- end of table -->\n\n<!-- table a -->\n| 1 |\n<!-- end of table -->y"
	for range 2 { // the second time changes nothing
		have, err := Fill(document, list)
		if err != nil || have != want {
			t.Fatalf("%q, %v", have, err)
		}
		document = have
	}
	// Tables of another kind of report are left alone, but are none of this one.
	other := "<!-- table k: a -->\nkept\n<!-- end of table -->\n"
	if have, err := Fill(other+document, list); err != nil || have != other+want {
		t.Errorf("%q, %v", have, err)
	}
	if have, err := Fill(document+other, []Table{{"k: a", "new\n"}}); err != nil || have != want+"<!-- table k: a -->\nnew\n<!-- end of table -->\n" {
		t.Errorf("%q, %v", have, err)
	}
	for _, bad := range []string{"", other, "<!-- table a -->\n<!-- end of table --><!-- table k: a -->\n", "# x", "<!-- table a -->\n", "<!-- table c -->\n<!-- end of table -->", "<!-- table a\n<!-- end of table -->"} {
		if _, err := Fill(bad, list); err == nil {
			t.Errorf("%q is filled", bad)
		}
	}
}

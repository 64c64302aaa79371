package model

// minAdvanced is how many coefficients have to advance in a band of a pass that is cut for what they have become to be kept. A
// few of them mislead as often as not: they come before others that would put them right.
const minAdvanced = 24

// changes count the coefficients of a band that have advanced, and remember what the first of them were.
type changes struct {
	advanced int
	first    []change
}

// A change says what was stored for a coefficient at a site of a scale.
type change struct {
	coefficient, site int
	value             int32
}

// begin forgets what c counts and remembers.
func (c *changes) begin() { c.advanced, c.first = 0, c.first[:0] }

// setCell stores the cell at site x of a row. The first few can be undone.
func (c *changes) setCell(at *coefficientRow, x int, a int32, k uint8) {
	if c.advanced++; c.advanced < minAdvanced {
		c.first = append(c.first, change{at.i, at.Y*at.W + x, at.cells.At(x)})
	}
	at.cells.SetCell(x, a, k)
}

// undo takes back the changes of a band that has fewer than minAdvanced.
func (c *changes) undo(s *scale) {
	for _, u := range c.first {
		s.cells[u.coefficient].Set(u.site, u.value)
	}
}

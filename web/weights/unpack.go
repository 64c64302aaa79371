package weights

import (
	"encoding/binary"

	"github.com/ddpmz/ddpmz/rans"
)

// IsPacked reports whether a file begins as packed ones do.
func IsPacked(file []byte) bool { return len(file) > len(magic) && string(file[:len(magic)]) == magic }

// Unpack returns the file that Pack was given, or ErrFormat.
func Unpack(packed []byte) ([]byte, error) {
	if !IsPacked(packed) {
		return nil, ErrFormat
	}
	u := unpacker{rest: packed[len(magic)+1:]}
	switch packed[len(magic)] {
	case version:
	case runsVersion:
		if file := u.unpackRuns(); file != nil {
			return file, nil
		}
		return nil, ErrFormat
	default:
		return nil, ErrFormat
	}
	file := u.readTensors()
	u.readDistributions()
	if u.damaged || u.coder.Reset(u.rest, len(u.rest)) != nil {
		return nil, ErrFormat
	}
	for _, t := range u.list {
		if !u.decode(t) {
			return nil, ErrFormat
		}
		for i, v := range t.data {
			binary.LittleEndian.PutUint16(file[t.place+2*i:], uint16(v))
		}
	}
	if u.coder.Close() != nil {
		return nil, ErrFormat
	}
	return file, nil
}

// An unpacker reads a packed file.
type unpacker struct {
	rest    []byte
	damaged bool // or wrong: what has been read means nothing
	list    []*tensor
	coder   rans.Decoder

	distributions [classes]distribution
}

// A distribution is that of the symbols of a class.
type distribution struct {
	starts [symbols + 1]uint32 // of their intervals; that of a symbol ends where the next begins. All are 0 if there are none.
	first  [256]uint8          // the symbol whose interval holds a number, by the number's high byte, or one before that
}

// number reads a number, at most maxSize.
func (u *unpacker) number() int {
	v, n := binary.Uvarint(u.rest)
	if n <= 0 || v > maxSize {
		u.damaged = true
		return 0
	}
	u.rest = u.rest[n:]
	return int(v)
}

// factor reads a factor with a sign.
func (u *unpacker) factor() int64 {
	v, n := binary.Varint(u.rest)
	if n <= 0 || abs(v) > maxSize {
		u.damaged = true
		return 0
	}
	u.rest = u.rest[n:]
	return v
}

// copy appends bytes of the packed file to the file.
func (u *unpacker) copy(file []byte, n int) []byte {
	if n > len(u.rest) || n > cap(file)-len(file) {
		u.damaged = true
		return file
	}
	file = append(file, u.rest[:n]...)
	u.rest = u.rest[n:]
	return file
}

// readTensors reads what comes before distributions, and returns the file with the elements of tensors missing.
func (u *unpacker) readTensors() []byte {
	size, count := u.number(), u.number()
	if u.damaged || size > maxRatio*len(u.rest) {
		u.damaged = true
		return nil
	}
	file := make([]byte, 0, size)
	for range count {
		file = u.copy(file, u.number())
		t := &tensor{place: len(file)}
		n := u.number()
		if u.damaged || n == 0 || n > (cap(file)-len(file))/2 {
			u.damaged = true
			return nil
		}
		file = file[:len(file)+2*n]
		t.row, t.plane = u.number(), u.number()
		t.repeat = u.number()
		references := u.number()
		if u.damaged || t.repeat > maxSize/max(t.row, 1) || t.row == 0 || t.plane == 0 || t.plane%t.row != 0 || n%t.plane != 0 || references > maxReferences {
			u.damaged = true
			return nil
		}
		for range references {
			back := u.number()
			if back == 0 || back > len(u.list) || len(u.list[len(u.list)-back].data) != n {
				u.damaged = true
				return nil
			}
			t.references = append(t.references, u.list[len(u.list)-back])
		}
		t.prediction = make([]int64, references+2)
		for k := range t.prediction {
			t.prediction[k] = u.factor()
		}
		for k := range t.magnitude {
			t.magnitude[k] = int64(u.number())
		}
		t.constant = int64(u.number())
		t.begin(n)
		u.list = append(u.list, t)
	}
	return u.copy(file, size-len(file))
}

func (u *unpacker) readDistributions() {
	for c := range u.distributions {
		d := &u.distributions[c]
		n := u.number()
		if n > symbols {
			u.damaged = true
			return
		}
		sum := uint32(0)
		for s := range symbols {
			d.starts[s] = sum
			if s < n {
				sum = min(sum+uint32(u.number()), 1<<rans.ProbBits+1)
			}
		}
		if d.starts[symbols] = sum; sum != 1<<rans.ProbBits && n > 0 {
			u.damaged = true
		}
		for s := range n {
			for high := (d.starts[s] + 255) >> 8; high < 256 && high<<8 < d.starts[s+1]; high++ {
				d.first[high] = uint8(s)
			}
		}
	}
}

// decode decodes the elements of a tensor, and reports whether that went well.
func (u *unpacker) decode(t *tensor) bool {
	coder := &u.coder
	for ; t.at < len(t.data); t.next() {
		if r := t.repeated(); r != nil && coder.Bits(1) == 1 {
			copy(t.data[t.at:], r)
			continue
		}
		t.prepare()
		for j, predicted := range t.predicted {
			d := &u.distributions[t.class(j)]
			peek := coder.Peek()
			s := int(d.first[peek>>8&255])
			for s < symbols-1 && d.starts[s+1] <= peek {
				s++
			}
			start, end := d.starts[s], d.starts[s+1]
			if start > peek || end <= peek { // there are no symbols
				return false
			}
			coder.Advance(start, end-start)
			m, low := magnitudeOf(s)
			v := int(predicted)
			if m > 0 {
				b := coder.Bits(low + 1)
				m |= int(b >> 1)
				if b&1 != 0 {
					v -= m
				} else {
					v += m
				}
			}
			if v != int(int16(v)) || m > 1<<16-1 {
				return false
			}
			t.set(j, int16(v), m)
		}
	}
	return true
}

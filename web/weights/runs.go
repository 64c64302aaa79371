package weights

import "encoding/binary"

// Weights files of JPEG files are adaptive states for the most part, as training has left them. A half of these have not been met: they are all
// the same number. That is coded by runs, and of other numbers the high bytes and the low ones apart, which brotli does the rest of.

const (
	jpegMagic  = "ddpj" // of weights files of JPEG files
	jpegHeader = 5      // bytes before the numbers
)

// packRuns packs a weights file of JPEG files: after its header, which is copied, 16-bit numbers, big-endian.
func packRuns(file []byte) []byte {
	b := append([]byte(magic), runsVersion)
	b = append(b, file[:jpegHeader]...)
	numbers := file[jpegHeader:]
	count := map[uint16]int{}
	most := uint16(0)
	for i := 0; i+1 < len(numbers); i += 2 {
		v := binary.BigEndian.Uint16(numbers[i:])
		if count[v]++; count[v] > count[most] {
			most = v
		}
	}
	b = binary.AppendUvarint(b, uint64(len(numbers)))
	b = binary.BigEndian.AppendUint16(b, most)
	var high, low []byte
	run, same := 0, false
	for i := 0; i+1 < len(numbers); i += 2 {
		v := binary.BigEndian.Uint16(numbers[i:])
		if (v == most) != same {
			b = binary.AppendUvarint(b, uint64(run))
			run, same = 0, !same
		}
		run++
		if !same {
			high, low = append(high, byte(v>>8)), append(low, byte(v))
		}
	}
	b = binary.AppendUvarint(b, uint64(run))
	b = append(append(b, high...), low...)
	return append(b, numbers[len(numbers)&^1:]...)
}

// unpackRuns undoes packRuns, from what follows the version on. It returns nil if that is damaged.
func (u *unpacker) unpackRuns() []byte {
	if len(u.rest) < jpegHeader {
		return nil
	}
	header := u.rest[:jpegHeader]
	u.rest = u.rest[jpegHeader:]
	size := u.number()
	if u.damaged || size > maxRatio*len(u.rest) || len(u.rest) < 2 {
		return nil
	}
	most := u.rest[:2]
	u.rest = u.rest[2:]
	var runs []int // of other numbers, of the most frequent one, and so on
	others := 0
	for left := size / 2; left > 0 || len(runs) == 0; {
		n := u.number()
		if u.damaged || n > left {
			return nil
		}
		if len(runs)%2 == 0 {
			others += n
		}
		runs, left = append(runs, n), left-n
	}
	if len(u.rest) != 2*others+size%2 {
		return nil
	}
	high, low := u.rest[:others], u.rest[others:]
	file := append(make([]byte, 0, jpegHeader+size), header...)
	for i, n := range runs {
		for range n {
			if i%2 > 0 {
				file = append(file, most...)
				continue
			}
			file = append(file, high[0], low[0])
			high, low = high[1:], low[1:]
		}
	}
	return append(file, low[:size%2]...)
}

package adapt

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// A Record is the residual record of a coded cell, for the corrections of cells to come. 0 stands for no record.
//
//	bits 0 to 6   the score, Q4, plus 16
//	bits 7 to 14  the residual, the distance from the predicted mean to the mean within the cell: in scales, Q4, signed
//	bit 15        1
type Record uint16

func newRecord(score, residual int64) Record {
	return Record(fixed.Clamp((score+32)>>6, -16, 100)+16) | Record(uint8(fixed.Clamp(residual, -60, 60)))<<7 | 1<<15
}

// residual returns the residual, Q4.
func (r Record) residual() int64 { return int64(int16(r<<1) >> 8) }

// countedScore returns the score, Q4, plus 16, and 1<<15. Up to 17 of them may be added: their number is in the bits from 15 on.
func (r Record) countedScore() uint32 { return uint32(r & (1<<15 | 0x7f)) }

// Border is how many sites without records surround the sites of a scale, so that the edges need no case of their own.
const Border = 2

// Related lists, by coefficient, the two coefficients of the same site that are coded before it and tell most about it; -1
// stands for none.
var Related = [process.Coefficients][2]int{{-1, -1}, {0, -1}, {0, 1}, {0, -1}, {1, -1}, {2, -1}, {3, 0}, {4, 1}, {5, 2}}

// Command torchplan writes model/train/torch/plan.py: the plan of the reverse process and its constants, for the twin of the
// network in PyTorch, from the Go packages that define them. A test fails if the committed file differs.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/process/reals"
	"github.com/ddpmz/ddpmz/model/internal/thumbnail"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

//go:generate go run . ../../torch/plan.py

// mostScales is the largest number of scales that plan.py lists steps for: crops have fewer.
const mostScales = 10

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: torchplan plan.py")
	}
	text, err := plan()
	if err == nil {
		err = os.WriteFile(os.Args[1], text, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// plan returns the text of plan.py.
func plan() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`"""The plan of the reverse process and its constants.

Generated from the Go packages model/internal/process, transform and logistic by model/train/internal/torchplan. Do not edit:
change the Go code, and run go generate ./model/train/internal/torchplan.
"""

`)
	section := func(comment string) { fmt.Fprintf(&b, "# %s\n", comment) }
	set := func(name, value string) { fmt.Fprintf(&b, "%s = %s\n", name, value) }
	number := func(name string, value int) { set(name, strconv.Itoa(value)) }
	real := func(name string, value float64) { set(name, strconv.FormatFloat(value, 'g', -1, 64)) }

	section("Coefficients of a site: channel SUBBANDS * plane + subband, planes Y, Co, Cg, subbands HL, LH, HH.")
	number("PLANES", process.Planes)
	number("SUBBANDS", transform.Subbands)
	number("COEFFICIENTS", process.Coefficients)

	section("Stages of a scale: the clocks that they bring coefficients to before SUBBAND_CLOCKS are added. The last makes them exact.")
	number("STAGES", process.Stages)
	set("STAGE_CLOCKS", strings.TrimSuffix(list(process.StageClocks[:]), "]")+", None]")
	set("SUBBAND_CLOCKS", list(process.SubbandClocks[:]))
	planes := make([]int, process.Stages)
	for stage := range planes {
		planes[stage] = process.PlanesIn(stage, process.Planes)
	}
	section("How many planes of a colour image take part in each stage.")
	set("PLANES_IN", list(planes))

	section("Coefficients that are predicted together, and sites that are, by (row, column) parity, in coding order.")
	groups := make([]string, len(process.Groups))
	for i, g := range process.Groups {
		groups[i] = list(g)
	}
	set("GROUPS", "["+strings.Join(groups, ", ")+"]")
	phases := make([]string, process.Phases)
	order := make([]int, process.Phases) // by parity, rows before columns
	for i, p := range process.PhaseOrigin {
		phases[i] = fmt.Sprintf("(%d, %d)", p[0], p[1])
		order[2*p[0]+p[1]] = i
	}
	set("PHASES", "["+strings.Join(phases, ", ")+"]")
	section("The places of the parities (0, 0), (0, 1), (1, 0), (1, 1) in PHASES.")
	set("PHASE_ORDER", list(order))

	section("What the network distinguishes: classes of colour transforms, stages and scales.")
	number("COLOUR_CLASSES", process.ColourClasses)
	number("DERIVED_CLASS", transform.PhotoCD.Class())
	number("SUBSAMPLED_CLASS", transform.PhotoCDLinear.Class())
	number("STAGE_EMBEDDINGS", process.StageEmbeddings)
	stages := make([]int, process.Stages)
	for stage := range stages {
		stages[stage] = process.StageEmbedding(stage)
	}
	set("STAGE_EMBEDDING", list(stages))
	number("SCALE_EMBEDDINGS", process.ScaleEmbeddings)
	scales := make([]int, 1+mostScales)
	for l := range mostScales {
		scales[1+l] = process.ScaleEmbedding(1 + l)
	}
	section("By scale, of which 1 is the finest.")
	set("SCALE_EMBEDDING", list(scales))

	section("Networks of a weights file that has not just one, and how many rows of gains each has, by the number of networks.")
	number("EXPERTS", process.Experts)
	set("GAIN_ROWS", fmt.Sprintf("{1: %d, EXPERTS: %d}", process.GainRows(1), process.GainRows(process.Experts)))
	section("By number of networks: for the finest scale and the coarser ones, stage by stage, class by class: (network, row).")
	b.WriteString("EXPERT_INDEX = {\n")
	for _, experts := range []int{1, process.Experts} {
		fmt.Fprintf(&b, "    %d: [\n", experts)
		for l := range 2 {
			b.WriteString("        [\n")
			for stage := range process.Stages {
				var row []string
				for class := range process.ColourClasses {
					expert, gains := process.ExpertIndex(experts, 1+l, stage, class)
					row = append(row, fmt.Sprintf("(%d, %d)", expert, gains))
				}
				fmt.Fprintf(&b, "            [%s],\n", strings.Join(row, ", "))
			}
			b.WriteString("        ],\n")
		}
		b.WriteString("    ],\n")
	}
	b.WriteString("}\n")

	section("(scale, stage) of every step in coding order, by the number of scales.")
	b.WriteString("STEPS = {\n")
	for n := 1; n <= mostScales; n++ {
		fmt.Fprintf(&b, "    %d: [", n)
		last := 0
		for _, s := range process.Steps(n) {
			if s.Level != last {
				b.WriteString("\n        ")
			} else {
				b.WriteString(" ")
			}
			last = s.Level
			fmt.Fprintf(&b, "(%d, %d),", s.Scale, s.Stage)
		}
		b.WriteString("\n    ],\n")
	}
	b.WriteString("}\n")

	section("What the network reads, and what its outputs are relative to: see model/internal/process/reals/reals.go.")
	real("COMPRESS_SCALE", reals.CompressScale)
	real("PRECISION_AT_ZERO", reals.PrecisionAtZero)
	real("PRECISION_STEPS", reals.PrecisionSteps)
	real("LOG_OFFSET", reals.LogOffset)
	real("TEXTURE_GAIN", reals.TextureGain)
	real("TEXTURE_OFFSET", reals.TextureOffset)
	real("TEXTURE_SHARE", reals.TextureShare)
	real("ACTIVITY_GAIN", reals.ActivityGain)
	real("ACTIVITY_OFFSET", reals.ActivityOffset)

	section("The predicted distribution.")
	real("MIN_LOG_SCALE", reals.MinLogScale)
	real("MAX_LOG_SCALE", reals.MaxLogScale)
	real("UNIFORM_SHARE", reals.UniformShare)
	real("MIN_MASS", reals.MinMass)

	section("Wavelets by name, in the order of their numbers in weights files: predict taps over even neighbours at -3, -1, 1, 3, log2")
	section("divisor; update taps over odd ones, log2 divisor.")
	b.WriteString("LIFTINGS = {\n")
	for i := range transform.Liftings {
		l := &transform.Liftings[i]
		predict, predictShift, update, updateShift := l.Taps()
		fmt.Fprintf(&b, "    '%v': (%s, %d, %s, %d),\n", l, list(predict[:]), predictShift, list(update[:]), updateShift)
	}
	b.WriteString("}\n")

	section("Weights files: the first bytes; the versions that are known here, which are those without sizes and prior, with sizes, and with a prior;")
	section("the bytes of a component of that; and how many steps an octave of τ has.")
	set("WEIGHTS_MAGIC", fmt.Sprintf("b'%s'", network.WeightsMagic))
	number("WEIGHTS_VERSION", network.WeightsVersion)
	number("WEIGHTS_SIZES_VERSION", network.SizesVersion)
	number("WEIGHTS_PRIOR_VERSION", network.PriorVersion)
	number("PRIOR_COMPONENT", thumbnail.ComponentSize)
	number("SCALE_STEPS", logistic.ScaleSteps)
	return b.Bytes(), nil
}

// list returns integers as a list in Python.
func list[T uint8 | int | int32](values []T) string {
	s := make([]string, len(values))
	for i, v := range values {
		s[i] = fmt.Sprint(v)
	}
	return "[" + strings.Join(s, ", ") + "]"
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/train"
)

func threadsFlag(to *int) cli.Flag {
	return &cli.IntFlag{Name: "threads", Destination: to, DefaultText: "all", Usage: "threads; the result does not depend on them"}
}

func waveletFlag(to *int) cli.Flag {
	return &cli.IntFlag{Name: "wavelet", Destination: to, Usage: "0: 5/3, 1: 9/7-M, 2: 13/7-T"}
}

func forceFlag(to *bool) cli.Flag {
	return &cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Destination: to, DisableDefaultText: true, Usage: "replace files that exist"}
}

// An objective is the value of a flag: what the training minimizes.
type objective train.Objective

func (o *objective) Set(s string) error {
	switch s {
	case "length":
		*o = objective(train.CodeLength)
	case "simple":
		*o = objective(train.Simple)
	default:
		return errors.New("length and simple are possible")
	}
	return nil
}

func (o *objective) String() string {
	if *o == objective(train.Simple) {
		return "simple"
	}
	return "length"
}

// A family is the value of a flag: the family of the predicted distributions.
type family model.Family

func (f *family) Set(s string) error {
	for g := range model.Family(model.Families) {
		if g.String() == s {
			*f = family(g)
			return nil
		}
	}
	return errors.New("logistic and gaussian are possible")
}

func (f *family) String() string { return model.Family(*f).String() }

// stageWeights is the value of a flag: the weights of the bits of the stages in the loss. All are 0 if the flag is not given.
type stageWeights [len(train.Options{}.StageWeights)]float64

func (w *stageWeights) Set(s string) error {
	parts := strings.Split(s, ",")
	if len(parts) != len(w) {
		return fmt.Errorf("%d numbers are needed, separated by commas", len(w))
	}
	for i, p := range parts {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil || !(v >= 0) {
			return fmt.Errorf("%q is no weight", p)
		}
		w[i] = v
	}
	return nil
}

func (w *stageWeights) String() string {
	if *w == (stageWeights{}) {
		return ""
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(w[:]), " ", ","), "[]")
}

// expertSizes is the value of a flag: the sizes of some experts. Those of the others are zero.
type expertSizes [model.Experts]model.ExpertSize

func (z *expertSizes) Set(s string) error {
	for part := range strings.FieldsSeq(s) {
		list, size, found := strings.Cut(part, "=")
		numbers := strings.Split(size, ",")
		if !found || len(numbers) != 3 {
			return fmt.Errorf("%q is not EXPERTS=CHANNELS,LAYERS,HIDDEN", part)
		}
		var which experts
		if err := which.Set(list); err != nil {
			return err
		}
		var to model.ExpertSize
		for i, p := range []*int{&to.Channels, &to.Layers, &to.Hidden} {
			var err error
			if *p, err = strconv.Atoi(numbers[i]); err != nil {
				return fmt.Errorf("%q is no number", numbers[i])
			}
		}
		for e, chosen := range which {
			if chosen {
				z[e] = to
			}
		}
	}
	return nil
}

func (z *expertSizes) String() string {
	var list []string
	for e, s := range z {
		if s != (model.ExpertSize{}) {
			list = append(list, fmt.Sprintf("%d=%d,%d,%d", e, s.Channels, s.Layers, s.Hidden))
		}
	}
	return strings.Join(list, " ")
}

// experts is the value of a flag: a choice of experts. None is chosen if the flag is not given.
type experts [model.Experts]bool

func (x *experts) Set(s string) error {
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || from < 0 || to < from || to >= len(x) {
			return fmt.Errorf("%q names no experts: they are 0 to %d", part, len(x)-1)
		}
		for e := from; e <= to; e++ {
			x[e] = true
		}
	}
	return nil
}

func (x *experts) String() string {
	var list []string
	for e, chosen := range x {
		if chosen {
			list = append(list, strconv.Itoa(e))
		}
	}
	return strings.Join(list, ",")
}

// defaultStageWeights is the text of the weights if the flag is not given.
var defaultStageWeights = strings.Join(slices.Repeat([]string{"1"}, len(stageWeights{})), ",")

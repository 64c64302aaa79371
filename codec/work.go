package codec

import "github.com/ddpmz/ddpmz/model"

// work counts the sites that passes have to visit, for a progress display.
type work struct {
	w, h         int
	total, sofar int64
	report       func(permille int)
}

func newWork(passes []model.Pass, w, h int, report func(permille int)) *work {
	k := &work{w: w, h: h, report: report}
	for _, p := range passes {
		k.total += k.sites(p)
	}
	return k
}

func (k *work) sites(p model.Pass) int64 {
	return (int64(k.w)>>p.Scale + 1) * (int64(k.h)>>p.Scale + 1)
}

func (k *work) done(p model.Pass) {
	k.sofar += k.sites(p)
	if k.report != nil {
		k.report(int(k.sofar * 1000 / k.total))
	}
}

// Package charts draws what was measured, with gonum/plot.
//
// Series differ by colour, by the form of their points and by their dashes, so that a print in gray or a
// reader who sees few colours loses nothing. The colours are those of Okabe and Ito (2008); our own series is
// black, thick and solid, and comes first.
package charts

// Package commandline is what the commands of this module have in common: flags and names in any order, suggestions for what is
// mistyped, mistakes in a command line as an error of their own, and signals.
package commandline

// Package network is the inference network in integers: its weights file, the folding of gains into layers, the features that
// it reads, and its run over a band of a scale's rows.
//
// The network is given rows of the coarser image and of cells, and which coefficients it has to predict (Input); it gives the
// hidden units of its heads (Inference). It knows nothing of the order of passes, of entropy coders, nor of the adaptation of the
// heads' last layers, which its user computes. Outputs are relative to a base that depends on what is around a site: see Bases.
//
// Everything at a site is computed at the depth of 8-bit samples, whatever the depth of the image: extra bits of depth are shifted
// out where features are computed.
package network

//go:generate sh -c "cd ../kernel/_gen && go run ./rows -what features -out ../../network/avx2_amd64.s -stubs ../../network/avx2_amd64.go -pkg network"
//go:generate sh -c "cd ../kernel/_gen && go run ./rows -avx512 -what features -out ../../network/avx512_amd64.s -stubs ../../network/avx512_amd64.go -pkg network"
//go:generate sh -c "cd ../kernel/_gen && go run ./rows -what predict -out ../../network/predictavx2_amd64.s -stubs ../../network/predictavx2_amd64.go -pkg network"
//go:generate sh -c "cd ../kernel/_gen && go run ./rows -avx512 -what predict -out ../../network/predictavx512_amd64.s -stubs ../../network/predictavx512_amd64.go -pkg network"

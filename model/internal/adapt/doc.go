// Package adapt corrects the distributions that the network predicts to the image that is being coded. The network was trained
// on other images; how far its means and scales are off on this one shows in the cells that are coded. Encoder and decoder know
// the same cells, so both correct and learn alike, and nothing has to be sent.
//
// The scale of a coefficient is corrected by offsets. The score of a coded cell, the derivative of the logarithm of its
// probability by the logarithm of the scale, is zero on average if the scale is right, and positive if it was too small. Each
// offset follows the scores of the cells that it was used for (stochastic gradient ascent). A coefficient's scale has the sum of
// several offsets: one for all sites; one chosen by the mean score of the sites around; one chosen by the score at the same place
// of the next coarser scale; and one chosen by the predicted scale itself. Sites at an edge of the image have one more, which
// learns faster: where a scanner or a careless crop has left a line of something else, no site inside is like those of that
// edge, and all of them are alike.
//
// The mean is corrected by a linear filter over residuals: those of the sites around, and those of coefficients of the same site
// that are coded before. How planes of colour are correlated, above all, differs from image to image. The filter's weights follow
// the gradient of the log-likelihood, normalized by the power of the residuals as in the normalized least-mean-squares filter
// (Widrow and Hoff 1960). That filter would follow the distance from the mean to the middle of the cell, of which most is known
// beforehand where a cell is halved; the gradient is zero on average there too if the mean is right.
//
// Mean and scale are also corrected by outputs that are added to the last layer of the network's heads: see LastLayer.
package adapt

//go:generate sh -c "cd ../kernel/_gen && go run ./rows -what adapt -out ../../adapt/avx2_amd64.s -stubs ../../adapt/avx2_amd64.go -pkg adapt"
//go:generate sh -c "cd ../kernel/_gen && go run ./rows -avx512 -what adapt -out ../../adapt/avx512_amd64.s -stubs ../../adapt/avx512_amd64.go -pkg adapt"

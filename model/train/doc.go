// Package train makes weights files: it trains the denoiser of package model, in floating point, on the length of the code
// itself.
//
// What may surprise a reader:
//
//   - The loss is neither a bound nor a proxy. A crop goes through the whole reverse process, with the cells,
//     the skipping and the coarser images that a decoder would have, and the loss is the sum of the ideal
//     code lengths of all steps: the paper's L (eq. 5), which telescopes to -log2 p(x_0). (chain.go, distribution.go)
//   - No gradient flows from step to step, because the results of a step are integers. So every step of every scale
//     is a small graph of its own, run forwards and backwards at once, and needs memory for one step only. (graph.go)
//   - Gorgonia provides the graph, its differentiation and the interface of the solver; the arithmetic is in a few large operations
//     of this package: a layer, or a whole head with all phases of a group. (op.go, convop.go, foldop.go, headop.go)
//   - Crops do not share work: each crop, or each bunch of small crops, has its own graphs and gradients,
//     which are added in order. So the number of threads changes only the time. (trainer.go, batch.go)
//
// "The paper" is Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, 2020. The folder torch has a twin in PyTorch,
// for training on a GPU, which reads its crops from this package (feed.go); model/testdata has activations that both must
// reproduce.
//
// Values here are in grey levels of 8-bit images, logarithms natural, tensors [row][column][channel].
package train

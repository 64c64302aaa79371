// Package train makes weights files: it trains the denoiser of package model, in floating point, on the length of
// the code itself.
//
// The surprises first:
//
//   - The loss is not a bound and not a proxy. A crop is taken through the whole reverse process, with the cells,
//     the skipping and the coarser images that a decoder would have, and what is minimized is the sum of the ideal
//     code lengths of all steps: the paper's L (eq. 5), which telescopes to -log2 p(x_0). (chain.go, belief.go)
//   - No gradient flows from step to step, for what a step leaves behind are integers. So every step of every scale
//     is a small graph of its own, run forwards and backwards at once, and memory is that of one step. (graph.go)
//   - Gorgonia is the graph, the derivative and the interface of the solver; the arithmetic is in operations of our
//     own, few and large: a layer, or a whole head that walks through the phases of a group. (ops.go, headop.go)
//   - Crops do not share work: each, or where they are small each bunch of them, has its own graphs and gradients,
//     which are added in order. So the number of threads changes nothing but the time. (trainer.go, batch.go)
//
// "The paper" is Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, 2020. The twin in PyTorch, for
// those who have a GPU, is in the folder torch, and gets its crops from here (feed.go); model/testdata has activations that
// both must reproduce.
//
// Values here are in grey levels of 8-bit images, logarithms natural, tensors [row][column][channel].
package train

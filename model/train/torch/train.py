"""Trains the denoiser on the code length itself (the paper's L, eq. 5, summed over all steps).

  python3 train.py --data DIR --out NAME [--minutes 60] [--resume NAME.pt] ...

Needs torch, numpy and Pillow. Every 20th image (sorted by name) is held out for validation.
"""
import argparse
import copy
import glob
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import denoiser as D


def load(directory):
    names = sorted(sum((glob.glob(os.path.join(directory, '*.' + e)) for e in ('png', 'webp', 'ppm')), []))
    return [np.array(Image.open(f).convert('RGB')) for f in names]


def cifar(pattern):
    """CIFAR-10's binary layout: a label and 3072 bytes, R, G, B planes of 32x32. Returns N,3,32,32."""
    return np.concatenate([np.fromfile(f, np.uint8).reshape(-1, 3073)[:, 1:].reshape(-1, 3, 32, 32) for f in sorted(glob.glob(pattern))])


def small(rng, images, count):
    """A batch of whole small images, some of them mirrored."""
    x = images[rng.integers(len(images), size=count)].astype(np.int32)
    flip = rng.random(count) < .5
    x[flip] = x[flip][..., ::-1]
    return torch.from_numpy(x)


def crop(rng, images, size):
    """A random crop, augmented as photographs differ: scale, orientation, noise, smoothed chroma."""
    im = images[rng.integers(len(images))]
    h, w = im.shape[:2]
    if min(h, w) < size:
        im = np.pad(im, ((0, max(0, size - h)), (0, max(0, size - w)), (0, 0)), mode='reflect')
        h, w = im.shape[:2]
    if rng.random() < .25 and min(h, w) > size * 1.25:   # area-downscaled photographs are sharper and noisier
        n = int(size * rng.uniform(1.2, min(h, w) / size))
        y, x = rng.integers(h - n + 1), rng.integers(w - n + 1)
        c = np.asarray(Image.fromarray(im[y:y + n, x:x + n]).resize((size, size), rng.choice([Image.BOX, Image.BICUBIC, Image.LANCZOS])))
    else:
        y, x = rng.integers(h - size + 1), rng.integers(w - size + 1)
        c = im[y:y + size, x:x + size]
    if rng.random() < .5:
        c = c[:, ::-1]
    if rng.random() < .5:
        c = c[::-1]
    if rng.random() < .5:
        c = c.transpose(1, 0, 2)
    r = rng.random()
    if r < .40:    # sensor or film noise: white or slightly blurred, signal-dependent, partly common to the channels
        c = c.astype(np.float32)
        s = rng.choice([.5, 1., 2., 4.], p=[.3, .35, .25, .1]) * rng.uniform(.6, 1.4)
        n = rng.normal(size=c.shape).astype(np.float32)
        share = rng.uniform(0, .8)
        n = n * math.sqrt(1 - share) + rng.normal(size=c.shape[:2] + (1,)).astype(np.float32) * math.sqrt(share)
        if rng.random() < .5:
            n = (n + np.roll(n, 1, 0) + np.roll(n, 1, 1) + np.roll(n, (1, 1), (0, 1))) / 2
        if rng.random() < .5:
            n = n * np.sqrt(c / 128 + .1)
        c = (c + s * n).round().clip(0, 255)
    elif r < .60:  # chroma once subsampled
        c = Image.fromarray(np.ascontiguousarray(c)).convert('YCbCr').split()
        c = [c[0]] + [p.resize((size // 2, size // 2), Image.BOX).resize((size, size), Image.BILINEAR) for p in c[1:]]
        c = np.asarray(Image.merge('YCbCr', c).convert('RGB'))
    if rng.random() < .15:
        a = rng.uniform(.5, 1)
        c = (c * a + rng.uniform(0, 255 * (1 - a))).round().clip(0, 255)
    return torch.from_numpy(np.ascontiguousarray(c.astype(np.int32))).permute(2, 0, 1)


def validate_small(net, images, args):
    """As validate, for whole small images."""
    bits, per, cuts = 0, {}, {}
    torch.manual_seed(1)
    with torch.no_grad():
        x = torch.from_numpy(images.astype(np.int32))
        c = D.Chain(net, x, int(math.log2(x.shape[-1])) - 1, args.wavelet, args.tau)
        for l, s, b, _ in c.run():
            per[l, s] = b.item()
            bits += b.item()
            if l == 1 and s < D.STAGES - 1:
                mse = ((c.picture() - x) ** 2).mean((1, 2, 3))
                cuts[s] = 3 * bits / x.numel(), (10 * torch.log10(65025 / mse.clamp(min=1e-3))).mean().item()
    rd = ' '.join('%.2f@%.1f' % v for _, v in sorted(cuts.items()))
    by_scale = ' '.join('%d:%.3f' % (l, sum(v for (a, _), v in per.items() if a == l) / x.numel()) for l in range(1, c.scales + 1))
    return bits / x.numel(), 'bpsp %.4f without the thumbnail, scales %s | bpp@dB %s' % (bits / x.numel(), by_scale, rd)


def validate(net, images, args, limit=None):
    """Ideal bits per sub-pixel of the held-out images, by scale and stage, and PSNR after every finest stage."""
    per, n, cuts = {}, 0, {}
    torch.manual_seed(1)
    with torch.no_grad():
        for im in images[:limit]:
            h, w = (im.shape[0] // 64 * 64), (im.shape[1] // 64 * 64)
            x = torch.from_numpy(im[:h, :w].astype(np.int32)).permute(2, 0, 1)[None]
            c = D.Chain(net, x, 6, args.wavelet, args.tau)
            n += x.numel()
            tot = 0
            for l, s, b, _ in c.run():
                per[l, s] = per.get((l, s), 0) + b.item()
                tot += b.item()
                if l == 1 and s < D.STAGES - 1:
                    mse = ((c.picture() - x) ** 2).mean().item()
                    cuts.setdefault(s, []).append((tot / h / w, 10 * math.log10(65025 / max(mse, 1e-3))))
    total = sum(per.values()) / n
    by_scale = ' '.join('%d:%.3f' % (l, sum(v for (a, _), v in per.items() if a == l) / n) for l in range(1, 7))
    finest = ' '.join('%.3f' % (per.get((1, s), 0) / n) for s in range(D.STAGES))
    rd = ' '.join('%.2f@%.1f' % tuple(np.mean(v, 0)) for _, v in sorted(cuts.items()))
    return total, 'bpsp %.4f scales %s | finest by stage %s | bpp@dB %s' % (total, by_scale, finest, rd)


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalized by Newton-Schulz iterations (Jordan et al. 2024), scaled to the
    root mean square that an update of Adam would have (Liu et al. 2025). For weight matrices and kernels."""

    def __init__(self, params, lr):
        super().__init__(params, {'lr': lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group['params']:
                m = self.state[p].setdefault('m', torch.zeros_like(p))
                m.lerp_(p.grad, .05)
                g = p.grad.lerp(m, .95).flatten(1)
                tall = g.shape[0] > g.shape[1]
                x = g.T if tall else g
                x = x / (x.norm() + 1e-12)
                for _ in range(5):
                    a = x @ x.T
                    x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
                x = (x.T if tall else x).reshape(p.shape)
                p.add_(x, alpha=-.2 * math.sqrt(max(g.shape)) * group['lr'])


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--data', required=True)
    p.add_argument('--cifar', action='store_true', help='--data is a pattern of files in the layout of CIFAR-10')
    p.add_argument('--out', required=True)
    p.add_argument('--minutes', type=float, default=60)
    p.add_argument('--steps', type=int, help='instead of --minutes')
    p.add_argument('--resume')
    p.add_argument('--optimizer', default='adam', choices=['adam', 'muon'])
    p.add_argument('--weigh', type=float, nargs=D.STAGES - 1, default=[1] * (D.STAGES - 1), help='weight of the bits of every stage; the first two share one')
    p.add_argument('--channels', type=int, default=32)
    p.add_argument('--layers', type=int, default=4)
    p.add_argument('--hidden', type=int, default=32)
    p.add_argument('--wavelet', default='9/7-M', choices=D.LIFTINGS)
    p.add_argument('--tau', type=float, default=.3)
    p.add_argument('--crop', type=int, default=128)
    p.add_argument('--batch', type=int, default=4)
    p.add_argument('--lr', type=float, default=2e-3)
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--seed', type=int, default=0)
    p.add_argument('--side', type=float, default=.05)
    p.add_argument('--validate-every', type=float, default=8, help='minutes')
    p.add_argument('--validate-count', type=int, default=6)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    if args.cifar:
        images = cifar(args.data)
        held, train = images[:500], images[500:]
        check = lambda net, count: validate_small(net, held, args)
    else:
        images = load(args.data)
        held, train = images[::20], [im for i, im in enumerate(images) if i % 20]
        check = lambda net, count: validate(net, held, args, count)
    net = D.Denoiser(args.channels, args.layers, args.hidden)
    if args.resume:
        net.load_state_dict(torch.load(args.resume)['ema'])
    net = net.to(memory_format=torch.channels_last)
    ema = copy.deepcopy(net)
    print('parameters', sum(q.numel() for q in net.parameters()), 'images', len(train), 'held out', len(held), vars(args), flush=True)
    matrices = [q for q in net.parameters() if q.dim() == 4 and q.shape[0] >= 16 and args.optimizer == 'muon'
                and not any(q is g for g in (net.gain, net.shift, net.head_shift))]
    others = [q for q in net.parameters() if not any(q is m for m in matrices)]
    opts = [torch.optim.Adam(others, args.lr, betas=(.9, .99))] + ([Muon(matrices, args.lr)] if matrices else [])
    t0, it, acc, last = time.time(), 0, [], time.time()
    def save():
        torch.save({'ema': ema.state_dict(), 'net': net.state_dict(), 'args': vars(args), 'step': it}, args.out + '.tmp')
        os.replace(args.out + '.tmp', args.out + '.pt')
    while True:
        frac = it / args.steps if args.steps else (time.time() - t0) / (args.minutes * 60)
        if frac >= 1:
            break
        for g in sum((o.param_groups for o in opts), []):
            g['lr'] = args.lr * min(1, (it + 1) / 200) * (.02 + .98 * .5 * (1 + math.cos(math.pi * frac)))
        x = small(rng, train, args.batch) if args.cifar else torch.stack([crop(rng, train, args.crop) for _ in range(args.batch)])
        planes = 3
        if rng.random() < .04:
            planes, x = 1, x[:, 1:2].repeat(1, 3, 1, 1)
        scales = int(math.log2(x.shape[-1])) - 1 if args.cifar else int(rng.choice([3, 4, 5], p=[.5, .35, .15]))
        c = D.Chain(net, x, scales, args.wavelet, float(rng.uniform(.2, .45)), top_exact=args.cifar, planes=planes)
        loss = bits = 0
        for l, s, b, side in c.run():
            loss = loss + args.weigh[D.look(s)] * b + (args.side * side if side is not None else 0)
            bits += b.item()
        net.zero_grad()
        (loss / x.numel()).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), .5)
        for o in opts:
            o.step()
        it += 1
        d = min(.998, it / (it + 20))
        with torch.no_grad():
            for a, b in zip(ema.parameters(), net.parameters()):
                a.mul_(d).add_(b, alpha=1 - d)
        acc.append(bits / x.numel() * 3 / planes)
        if it % 100 == 0:
            print('step %d  %.0fs  %.4f' % (it, time.time() - t0, np.mean(acc[-100:])), flush=True)
        if time.time() - last > args.validate_every * 60:
            save()
            print('   held out:', check(ema, args.validate_count)[1], flush=True)
            last = time.time()
    save()
    print('   held out, all:', check(ema, None)[1], flush=True)


if __name__ == '__main__':
    main()

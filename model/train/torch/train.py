"""Trains the denoiser on the code length itself (the paper's L, eq. 5, summed over all steps), on a GPU or without.

  ddpmz-train feed FOLDER | python3 train.py --out NAME --init NAME.ddpw --minutes 20 [--held HELD] ...

Needs torch and numpy. Crops come from the trainer in Go (model/train/feed.go), which changes them as it does its own, and
with --held-out those for validation.
"""
import argparse
import copy
import math
import os
import queue
import sys
import threading
import time

import numpy as np
import torch

import denoiser as D
import export


def records(stream, side):
    """Crops of the given side from the stream, one at a time: colour_class, planes, image at half the size, finest details."""
    h = side // 2
    size = 2 + (D.PLANES + D.COEFFICIENTS) * h * h
    while True:
        b = stream.read(2 * size)
        if len(b) < 2 * size:
            return
        x = np.frombuffer(b, '<i2')
        yield x[0], x[1], x[2:].reshape(D.PLANES + D.COEFFICIENTS, h, h)


def batches(stream, side, count):
    """Batches of crops as tensors: colour_class, planes, all planes of ints."""
    it = records(stream, side)
    while True:
        r = [x for _, x in zip(range(count), it)]
        if len(r) < count:
            return
        colour_class, planes = (torch.tensor([x[i] for x in r], dtype=torch.int64) for i in (0, 1))
        yield colour_class, planes, torch.from_numpy(np.stack([x[2] for x in r]))


def ahead(it, n):
    """The iterator's items, made by a thread."""
    q = queue.Queue(n)

    def fill():
        for x in it:
            q.put(x)
        q.put(None)
    threading.Thread(target=fill, daemon=True).start()
    while (x := q.get()) is not None:
        yield x


def validate(net, file, args, device):
    """Ideal bits per sub-pixel of the held-out crops, as they are and derived, by scale and by stage of the finest."""
    seed = int(torch.randint(1 << 30, ()))
    torch.manual_seed(1)
    scales = int(math.log2(args.held_side)) - 1
    lines, rs = [], [[], []]
    for i, r in enumerate(records(open(file, 'rb'), args.held_side)):
        rs[i % 2].append(r)
    for name, r in zip(('as they are', 'derived'), rs):
        per, n = {}, 0
        for i in range(0, len(r), 10):
            part = r[i:i + 10]
            colour_class, planes = (torch.tensor([int(x[j]) for x in part], device=device) for j in (0, 1))
            x = torch.from_numpy(np.stack([x[2] for x in part])).to(device).int()
            with torch.no_grad():
                c = D.Chain(net, x[:, :D.PLANES].contiguous(), x[:, D.PLANES:].contiguous(), colour_class, planes, scales, args.wavelet,
                            torch.full((len(part),), args.tau, device=device), whole=True)
                for at, b in c.run().items():
                    per[at] = per.get(at, 0) + b.item()
            n += args.held_side ** 2 * int(planes.sum())
        by_scale = ' '.join('%d:%.3f' % (l, sum(v for (a, _), v in per.items() if a == l) / n) for l in range(1, scales + 1))
        finest = ' '.join('%.3f' % (per[1, s] / n) for s in range(D.STAGES))
        lines.append('%s %.4f (scales %s | finest by stage %s)' % (name, sum(per.values()) / n, by_scale, finest))
    torch.manual_seed(seed)
    return '; '.join(lines)


class Step:
    """A step of gradient descent on batches of one shape. On a GPU, it is recorded once, and replayed."""

    def __init__(self, net, ema, optimizer, args, scales, device):
        self.net, self.ema, self.optimizer, self.args, self.scales, self.device = net, ema, optimizer, args, scales, device
        n, h = args.batch, args.crop // 2
        self.x = torch.zeros(n, D.PLANES + D.COEFFICIENTS, h, h, dtype=torch.int16, device=device)
        self.colour_class, self.planes = (torch.zeros(n, dtype=torch.int64, device=device) for _ in range(2))
        self.tau = torch.full((n,), .3, device=device)
        self.decay = torch.zeros((), device=device)
        self.bits = torch.zeros((), device=device)
        self.graph = None

    def work(self):
        a = self.args
        x = self.x.int()
        n = x.numel() / (D.PLANES + D.COEFFICIENTS) * 4 * D.PLANES
        for p in self.net.parameters():
            if p.grad is not None:
                p.grad.zero_()
        c = D.Chain(self.net, x[:, :D.PLANES].contiguous(), x[:, D.PLANES:].contiguous(), self.colour_class, self.planes, self.scales,
                    a.wavelet, self.tau, a.whole)
        total = c.run(lambda b, side, stage: ((a.weigh[D.STAGE_EMBEDDING[stage]] * b + a.side * side) / n).backward())
        self.bits.copy_(sum(total.values()) / n)
        for e in self.net.experts:
            torch.nn.utils.clip_grad_norm_(e.parameters(), a.clip)
        self.optimizer.step()
        with torch.no_grad():
            for e, p in zip(self.ema.parameters(), self.net.parameters()):
                e.add_((p - e) * self.decay)

    def __call__(self, colour_class, planes, x, tau, decay):
        for to, v in ((self.colour_class, colour_class), (self.planes, planes), (self.x, x), (self.tau, tau)):
            to.copy_(v, non_blocking=True)
        self.decay.fill_(decay)
        if self.device.type != 'cuda':
            self.work()
        elif self.graph is None:
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                self.work()    # chooses algorithms, and allocates what is kept
                self.work()
            torch.cuda.current_stream().wait_stream(side)
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.work()
        else:
            self.graph.replay()


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--out', required=True, help='writes NAME.pt and NAME.ddpw')
    p.add_argument('--init', help='weights file, or checkpoint: to start from')
    p.add_argument('--experts', type=int, choices=[1, D.EXPERTS], help='one network, or one for every stage of the finest scale and of the others')
    p.add_argument('--held', help='what feed --held-out wrote')
    p.add_argument('--held-side', type=int, default=256)
    p.add_argument('--minutes', type=float, default=60)
    p.add_argument('--steps', type=int, help='instead of --minutes')
    p.add_argument('--weigh', type=float, nargs=D.STAGE_EMBEDDINGS, default=[1] * D.STAGE_EMBEDDINGS, help='weight of the bits of every stage; the first two share one')
    p.add_argument('--channels', type=int, default=32)
    p.add_argument('--layers', type=int, default=3)
    p.add_argument('--hidden', type=int, default=48)
    p.add_argument('--wavelet', default='5/3', choices=D.LIFTINGS)
    p.add_argument('--tau', type=float, default=.4)
    p.add_argument('--crop', type=int, default=128)
    p.add_argument('--whole', action='store_true', help='crops are whole images')
    p.add_argument('--batch', type=int, default=4)
    p.add_argument('--lr', type=float, default=2e-3)
    p.add_argument('--clip', type=float, default=.5, help='the longest that the gradient of an expert may be')
    p.add_argument('--seed', type=int, default=0)
    p.add_argument('--side', type=float, default=.05)
    p.add_argument('--act-bits', type=int, default=8)
    p.add_argument('--validate-every', type=float, default=8, help='minutes')
    args = p.parse_args()
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    torch.backends.cudnn.benchmark = torch.backends.cudnn.allow_tf32 = True
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    state = {}
    if args.init and args.init.endswith('.ddpw'):
        net, args.wavelet = export.read(args.init)
    elif args.init:
        state = torch.load(args.init, map_location='cpu')
        net = D.Denoiser(*state['shape'])
        net.prior = state.get('prior', b'')
        net.load_state_dict(state['net'])
    else:
        net = D.Denoiser(args.channels, args.layers, args.hidden)
    if args.experts and args.experts > len(net.experts):
        net = net.specialize()
    net = net.to(device)
    if device.type == 'cuda':
        net = net.to(memory_format=torch.channels_last)
    ema = copy.deepcopy(net)
    print('parameters', sum(q.numel() for q in net.parameters()), vars(args), flush=True)
    lr = torch.tensor(args.lr, device=device) if device.type == 'cuda' else args.lr
    kw = {'capturable': True, 'foreach': True} if device.type == 'cuda' else {}
    optimizer = torch.optim.Adam(net.parameters(), lr, betas=(.9, .99), eps=1e-9, **kw)
    made, t0, it, acc, checked = {}, time.time(), 0, [], time.time()

    def save():
        torch.save({'net': {k: v.cpu() for k, v in ema.state_dict().items()}, 'shape': (*net.shape, len(net.experts), net.sizes), 'prior': net.prior, 'step': it}, args.out + '.tmp')
        os.replace(args.out + '.tmp', args.out + '.pt')
        with open(args.out + '.ddpw', 'wb') as f:
            f.write(export.export(copy.deepcopy(ema).cpu(), args.wavelet, args.act_bits, args.tau))
    if args.held:
        print('held out:', validate(ema, args.held, args, device), flush=True)
    for colour_class, planes, x in ahead(batches(sys.stdin.buffer, args.crop, args.batch), 8):
        frac = it / args.steps if args.steps else (time.time() - t0) / (args.minutes * 60)
        if frac >= 1:
            break
        rate = args.lr * min(1, (it + 1) / 200) * (.01 + .99 * .5 * (1 + math.cos(math.pi * frac)))
        for g in optimizer.param_groups:
            if isinstance(g['lr'], torch.Tensor):
                g['lr'].fill_(rate)
            else:
                g['lr'] = rate
        scales = int(math.log2(args.crop)) - 1 if args.whole else int(rng.choice([3, 5], p=[.7, .3]))
        if scales not in made:
            made[scales] = Step(net, ema, optimizer, args, scales, device)
        tau = torch.from_numpy(rng.uniform(.2, .45, args.batch).astype(np.float32))
        it += 1
        made[scales](colour_class, planes, x, tau, 1 - min(.998, it / (it + 20)))
        if it % 20 == 0:
            acc.append(made[scales].bits.item())
        if it % 100 == 0 or it in (20, 40, 60, 80):
            print('step %d  %.1fs  %.4f' % (it, time.time() - t0, np.mean(acc[-50:])), flush=True)
        if time.time() - checked > args.validate_every * 60:
            save()
            if args.held:
                print('%d held out:' % it, validate(ema, args.held, args, device), flush=True)
            checked = time.time()
    save()
    if args.held:
        print('%d held out:' % it, validate(ema, args.held, args, device), flush=True)


if __name__ == '__main__':
    main()

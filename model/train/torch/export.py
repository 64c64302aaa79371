"""Writes a checkpoint as a weights file of package model, and activations for the test that compares the two.

  python3 export.py NAME.pt weights.ddpw [--act-bits 8] [--tau 0.4] [--fixture fixture.json]
  python3 export.py weights.ddpw [--fixture fixture.json] [--checkpoint NAME.pt]

The second form reads a weights file, as the trainer in Go writes it.
"""
import argparse
import json
import math
import struct

import numpy as np
import torch

import denoiser as D
import plan


def quantize(t, out):
    """fraction bits, then int16: as many fractional bits as the largest value allows."""
    a = t.detach().double().numpy()
    m = float(np.abs(a).max())
    frac = 14 if m == 0 else min(18, max(0, int(math.floor(math.log2(32700 / m)))))
    q = np.rint(a * 2.0 ** frac)
    assert np.abs(q).max() <= 32767
    out.append(struct.pack('B', frac) + q.astype('<i2').tobytes())


def nhwc(w):
    return w.permute(0, 2, 3, 1)


def export(net, wavelet, act_bits, tau):
    version = plan.WEIGHTS_PRIOR_VERSION if net.prior else plan.WEIGHTS_SIZES_VERSION if net.sizes else plan.WEIGHTS_VERSION
    out = [plan.WEIGHTS_MAGIC, struct.pack('<BBBBBBbB', version, *net.shape, list(D.LIFTINGS).index(wavelet), act_bits,
                                round(math.log2(tau) * plan.SCALE_STEPS), len(net.experts))]
    if net.prior or net.sizes:
        out.append(bytes([0, 1 if net.prior and net.sizes else 0]))    # the family, which is the logistic, and the parts
    if net.sizes:
        out += [bytes(size) for size in net.sizes]
    out.append(net.prior)
    for e in net.experts:
        quantize(nhwc(e.stem.weight), out)
        quantize(e.stem.bias, out)
        for b in e.blocks:
            quantize(nhwc(b.weight), out)
            quantize(b.bias, out)
        quantize(e.gain, out)
        quantize(e.shift, out)
        quantize(e.site.weight[:, :, 0, 0], out)
        quantize(e.site.bias, out)
        for n in e.near:
            quantize(nhwc(n.weight), out)
        quantize(e.head_gain, out)
        quantize(e.head_shift, out)
        for g, o in zip(D.GROUPS, e.out):
            unit = torch.ones(2 * len(g), 1)   # the codec's scales are powers of 2, the trainer's of e
            unit[len(g):] = 1 / math.log(2)
            quantize(o.weight[:, :, 0, 0] * unit, out)
            quantize(o.bias * unit[:, 0], out)
    return b''.join(out)


def read(name):
    """The network of a weights file, and its wavelet."""
    b = open(name, 'rb').read()
    version, channels, layers, hidden, wavelet, _, _, experts = struct.unpack('<BBBBBBbB', b[4:12])
    if b[:4] != plan.WEIGHTS_MAGIC or version not in (plan.WEIGHTS_VERSION, plan.WEIGHTS_SIZES_VERSION, plan.WEIGHTS_PRIOR_VERSION):
        raise ValueError('%s: version %d of weights files is not known here' % (name, version))
    sizes, prior, at = None, b'', 12
    if version != plan.WEIGHTS_VERSION:
        family, parts, at = b[12], b[13], 14
        if family != 0 or parts > (version == plan.WEIGHTS_PRIOR_VERSION):
            raise ValueError('%s: only logistic distributions, and no other parts, are known here' % name)
        if version == plan.WEIGHTS_SIZES_VERSION or parts:
            sizes = [tuple(b[at + 3 * e:at + 3 * e + 3]) for e in range(experts)]
            at += 3 * experts
        if version == plan.WEIGHTS_PRIOR_VERSION:
            prior = b[at:at + 1 + b[at] * plan.PRIOR_COMPONENT]
            at += len(prior)
    net = D.Denoiser(channels, layers, hidden, experts, sizes)
    net.prior = prior

    def tensor(shape):
        nonlocal at
        n = int(np.prod(shape))
        t = torch.from_numpy(np.frombuffer(b, '<i2', n, at + 1).astype(np.float32)) / 2.0 ** b[at]
        at += 1 + 2 * n
        return t.view(*shape)

    def kernel(w):
        o, i, y, x = w.shape
        return tensor((o, y, x, i)).permute(0, 3, 1, 2)
    with torch.no_grad():
        for e in net.experts:
            for conv in [e.stem, *e.blocks]:
                conv.weight.copy_(kernel(conv.weight))
                conv.bias.copy_(tensor(conv.bias.shape))
            for p in (e.gain, e.shift):
                p.copy_(tensor(p.shape))
            e.site.weight.copy_(kernel(e.site.weight))
            e.site.bias.copy_(tensor(e.site.bias.shape))
            for n in e.near:
                n.weight.copy_(kernel(n.weight))
            for p in (e.head_gain, e.head_shift):
                p.copy_(tensor(p.shape))
            for g, o in zip(D.GROUPS, e.out):
                unit = torch.ones(2 * len(g), 1)
                unit[len(g):] = math.log(2)
                o.weight.copy_((tensor(o.weight.shape[:2]) * unit)[:, :, None, None])
                o.bias.copy_(tensor(o.bias.shape) * unit[:, 0])
    assert at == len(b)
    return net, list(D.LIFTINGS)[wavelet]


def fixture(net, wavelet):
    """The finest scale of a small image through all stages, and once more as if it were the second: means and scales as
    PyTorch computes them."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:24, 0:28]
    im = 128 + 60 * np.sin(x / 5)[None] * np.cos(y / 7)[None] + rng.normal(size=(3, 24, 28)) * 6 + 20 * (x > 14)[None]
    im = torch.from_numpy(im.round().clip(0, 255).astype(np.int32))[None]
    ll, v = D.analyse(D.forward_colour(im), wavelet)
    u = torch.from_numpy(rng.integers(0, 1 << 16, v.shape).astype(np.int32))
    f = {'width': 28, 'height': 24, 'image': im.flatten().tolist(), 'dither': u.flatten().tolist(), 'steps': []}
    colour_class, unit, tau = torch.zeros(1, dtype=torch.int64), torch.ones(1, D.COEFFICIENTS, 1, 1), torch.tensor([.3])
    with torch.no_grad():
        for scale in 1, 2:
            s = D.State(v, u, torch.full_like(v, D.UNKNOWN))
            for stage in range(D.STAGES):
                before = s.k
                D.advance(net, s, ll.float(), stage, scale, tau, colour_class, unit, True)
                f['steps'].append({'scale': scale, 'stage': stage,
                                   'clock': before.flatten().tolist(), 'after': s.k.flatten().tolist(),
                                   'mean': [round(t, 3) for t in s.mu.flatten().tolist()],
                                   'log2scale': [round(t / math.log(2), 3) for t in s.ls.flatten().tolist()]})
    return f


if __name__ == '__main__':
    p = argparse.ArgumentParser()
    p.add_argument('source')
    p.add_argument('weights', nargs='?')
    p.add_argument('--act-bits', type=int, default=8)
    p.add_argument('--tau', type=float, default=.4)
    p.add_argument('--fixture')
    p.add_argument('--checkpoint', help='write a checkpoint that train.py starts from')
    a = p.parse_args()
    if a.source.endswith('.ddpw'):
        net, wavelet = read(a.source)
    else:
        c = torch.load(a.source)
        wavelet, net = '5/3', D.Denoiser(*c['shape'])
        net.prior = c.get('prior', b'')
        net.load_state_dict(c['net'])
    if a.weights:
        b = export(net, wavelet, a.act_bits, a.tau)
        open(a.weights, 'wb').write(b)
        print(len(b), 'bytes')
    if a.checkpoint:
        torch.save({'net': net.state_dict(), 'shape': (*net.shape, len(net.experts), net.sizes), 'prior': net.prior, 'step': 0}, a.checkpoint)
    if a.fixture:
        json.dump(fixture(net, wavelet), open(a.fixture, 'w'), separators=(',', ':'))

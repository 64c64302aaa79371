"""Writes a checkpoint as a weights file of package model, and activations for the test that compares the two.

  python3 export.py NAME.pt weights.ddpw [--act-bits 9] [--tau 0.4] [--fixture fixture.json]
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


VERSION = 1


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
    out = [b'ddpw', struct.pack('<BBBBBBb', VERSION, net.channels, net.layers, net.hidden, list(D.LIFTINGS).index(wavelet),
                                act_bits, round(math.log2(tau) * 32))]
    quantize(nhwc(net.stem.weight), out)
    quantize(net.stem.bias, out)
    for b in net.blocks:
        quantize(nhwc(b.weight), out)
        quantize(b.bias, out)
    first = D.STAGES - 1
    with torch.no_grad():   # kinds of colours that were not trained, here, are as the first
        for p, dim in ((net.gain, 1), (net.shift, 1), (net.head_gain, 0), (net.head_shift, 0)):
            kinds = p.unflatten(dim, (D.KINDS, first))
            for k in range(1, D.KINDS):
                if not kinds.select(dim, k).any():
                    kinds.select(dim, k).copy_(kinds.select(dim, 0))
    quantize(net.gain, out)
    quantize(net.shift, out)
    quantize(net.site.weight[:, :, 0, 0], out)
    quantize(net.site.bias, out)
    for n in net.near:
        quantize(nhwc(n.weight), out)
    quantize(net.head_gain, out)
    quantize(net.head_shift, out)
    for g, o in zip(D.GROUPS, net.out):
        unit = torch.ones(2 * len(g), 1)   # the codec's scales are powers of 2, the trainer's of e
        unit[len(g):] = 1 / math.log(2)
        quantize(o.weight[:, :, 0, 0] * unit, out)
        quantize(o.bias * unit[:, 0], out)
    return b''.join(out)


def read(name):
    """The network of a weights file, and its wavelet."""
    b = open(name, 'rb').read()
    version, channels, layers, hidden, wavelet, _, _ = struct.unpack('<BBBBBBb', b[4:11])
    assert version == VERSION
    net, at = D.Denoiser(channels, layers, hidden), 11

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
        for conv in [net.stem, *net.blocks]:
            conv.weight.copy_(kernel(conv.weight))
            conv.bias.copy_(tensor(conv.bias.shape))
        for p in (net.gain, net.shift):
            p.copy_(tensor(p.shape))
        net.site.weight.copy_(kernel(net.site.weight))
        net.site.bias.copy_(tensor(net.site.bias.shape))
        for n in net.near:
            n.weight.copy_(kernel(n.weight))
        for p in (net.head_gain, net.head_shift):
            p.copy_(tensor(p.shape))
        for g, o in zip(D.GROUPS, net.out):
            unit = torch.ones(2 * len(g), 1)
            unit[len(g):] = math.log(2)
            o.weight.copy_((tensor(o.weight.shape[:2]) * unit)[:, :, None, None])
            o.bias.copy_(tensor(o.bias.shape) * unit[:, 0])
    assert at == len(b)
    return net, list(D.LIFTINGS)[wavelet]


def fixture(net, wavelet):
    """One scale of a small random-walk image through all stages: means and scales as PyTorch computes them."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:24, 0:28]
    im = 128 + 60 * np.sin(x / 5)[None] * np.cos(y / 7)[None] + rng.normal(size=(3, 24, 28)) * 6 + 20 * (x > 14)[None]
    im = torch.from_numpy(im.round().clip(0, 255).astype(np.int32))[None]
    ll, v = D.analyse(D.forward_colour(im), wavelet)
    u = torch.from_numpy(rng.integers(0, 1 << 16, v.shape).astype(np.int32))
    k = torch.full_like(v, D.UNKNOWN)
    f = {'width': 28, 'height': 24, 'image': im.flatten().tolist(), 'dither': u.flatten().tolist(), 'stages': []}
    with torch.no_grad():
        for s in range(D.STAGES):
            before = k
            _, _, k, mu, ls = D.advance(net, ll.float(), v, u, k, s, 1, .3, want_loss=False)
            f['stages'].append({'clock': before.flatten().tolist(), 'after': k.flatten().tolist(),
                                'mean': [round(t, 3) for t in mu.flatten().tolist()],
                                'log2scale': [round(t / math.log(2), 3) for t in ls.flatten().tolist()]})
    return f


if __name__ == '__main__':
    p = argparse.ArgumentParser()
    p.add_argument('source')
    p.add_argument('weights', nargs='?')
    p.add_argument('--act-bits', type=int, default=9)
    p.add_argument('--tau', type=float, default=.4)
    p.add_argument('--fixture')
    p.add_argument('--checkpoint', help='write a checkpoint that train.py resumes from')
    a = p.parse_args()
    if a.source.endswith('.ddpw'):
        net, wavelet = read(a.source)
    else:
        c = torch.load(a.source)
        t, wavelet = c['args'], c['args']['wavelet']
        net = D.Denoiser(t['channels'], t['layers'], t['hidden'])
        net.load_state_dict(c['ema'])
    if a.weights:
        b = export(net, wavelet, a.act_bits, a.tau)
        open(a.weights, 'wb').write(b)
        print(len(b), 'bytes')
    if a.checkpoint:
        args = {'channels': net.channels, 'layers': net.layers, 'hidden': net.hidden, 'wavelet': wavelet}
        torch.save({'ema': net.state_dict(), 'net': net.state_dict(), 'args': args, 'step': 0}, a.checkpoint)
    if a.fixture:
        json.dump(fixture(net, wavelet), open(a.fixture, 'w'), separators=(',', ':'))

"""The denoiser of ddpmz and its reverse process, in PyTorch: the twin of package model in floating point.

The plan of the process and its constants are in plan.py, which is generated from the Go code. Names and shapes follow
model/train/*.go. A site is one position of a scale's grid; it carries nine
coefficients, channel 3*plane + subband with planes Y, Co, Cg and subbands HL, LH, HH. Sides of grids are even here.

A step has two halves. In the first, without gradients, the heads go through groups and phases and reveal the cells that
a decoder would know by then. In the second, with gradients, all phases are computed again, at once, since the inputs of each are
known by now. So a GPU executes little of a step sequentially.
"""
import functools
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from plan import (
    ACTIVITY_GAIN, ACTIVITY_OFFSET, SUBBAND_CLOCKS, SUBBANDS, COEFFICIENTS, COMPRESS_SCALE, DERIVED_CLASS, EXPERT_INDEX,
    EXPERTS, GAIN_ROWS, GROUPS, LIFTINGS, LOG_OFFSET, MAX_LOG_SCALE, MIN_LOG_SCALE, MIN_MASS, PHASE_ORDER, PHASES, PLANES, PLANES_IN,
    PRECISION_AT_ZERO, PRECISION_STEPS, SCALE_EMBEDDING, SCALE_EMBEDDINGS, STAGE_CLOCKS, STAGE_EMBEDDING, STAGE_EMBEDDINGS, STAGES,
    STEPS, SUBSAMPLED_CLASS, TEXTURE_GAIN, TEXTURE_OFFSET, TEXTURE_SHARE, UNIFORM_SHARE)

UNKNOWN = 99                                   # the clock of a coefficient of which nothing is known; fixtures have it, too
LOGISTIC_SD = math.pi / math.sqrt(3)           # standard deviation of a logistic of scale 1


# ---- colour and wavelet ------------------------------------------------------------------

def forward_colour(x):
    """YCoCg-R of an int32 tensor B,3,H,W."""
    r, g, b = x[:, 0], x[:, 1], x[:, 2]
    co = r - b
    t = b + (co >> 1)
    cg = g - t
    return torch.stack([t + (cg >> 1), co, cg], 1)


@functools.lru_cache(None)
def _neighbours(n, first, offset, device):
    """Indices of the neighbours at an offset, of n even or odd samples of a row of 2n that is mirrored at its ends."""
    k = torch.arange(n) + first + offset
    pos = 2 * k if first == -1 else 2 * k + 1    # even neighbours of an odd sample, or odd ones of an even sample
    period = max(2 * (2 * n - 1), 1)
    pos = pos % period
    return (torch.where(pos > 2 * n - 1, period - pos, pos) // 2).to(device)


def _taps(x, taps, first):
    """sum of taps[j] * x[i + first + j] along the last axis; whole-sample symmetric at even length."""
    return sum(t * x[..., _neighbours(x.shape[-1], first, j, x.device)] for j, t in enumerate(taps) if t)


def _lift(x, name):
    p, ps, u, us = LIFTINGS[name]
    e, o = x[..., 0::2], x[..., 1::2]
    d = o - ((_taps(e, p, -1) + (1 << ps >> 1)) >> ps)
    return e + ((_taps(d, u, -2) + (1 << us >> 1)) >> us), d


def _rounded(x, shift):
    """(x + half) >> shift, continued to fractions by linear interpolation between the integers."""
    half, n = 1 << shift >> 1, torch.floor(x)
    a, b = torch.floor((n + half) / (1 << shift)), torch.floor((n + 1 + half) / (1 << shift))
    return a + (x - n) * (b - a)


def _unlift(s, d, name):
    p, ps, u, us = LIFTINGS[name]
    e = s - _rounded(_taps(d, u, -2), us)
    o = d + _rounded(_taps(e, p, -1), ps)
    return torch.stack([e, o], -1).flatten(-2)


def _t(x):
    return x.transpose(-1, -2)


def analyse(x, name):
    """B,3,H,W -> LL B,3,h,w and detail B,9,h,w."""
    l, h = _lift(x, name)
    ll, lh = (_t(v) for v in _lift(_t(l), name))
    hl, hh = (_t(v) for v in _lift(_t(h), name))
    return ll.contiguous(), torch.stack([hl, lh, hh], 2).flatten(1, 2)


def synthesize(ll, detail, name):
    """The inverse, of estimates: floating point."""
    d = detail.unflatten(1, (PLANES, SUBBANDS))
    l = _t(_unlift(_t(ll), _t(d[:, :, 1]), name))
    h = _t(_unlift(_t(d[:, :, 0]), _t(d[:, :, 2]), name))
    return _unlift(l, h, name)


# ---- cells of the nested dither ------------------------------------------------------------
#
# Chroma of derived colours has units twice as large as the network's: unit is 2 for its coefficients and 1 for others.

def cell(v, u, k, unit):
    """Edges [lo, hi) of the cell of v at clock k, and its centre (0 where nothing is known), in the network's units."""
    none = k == UNKNOWN
    kk = torch.where(none, 0, k)
    lo = (((v + u) >> kk) << kk) - u
    lo = (lo.float() - .5) * unit
    hi = lo + (torch.ones_like(kk) << kk).float() * unit
    z = torch.where(none, 0., (lo + hi) / 2)
    return torch.where(none, -1e5, lo), torch.where(none, 1e5, hi), z


def shown_clock(k, unit):
    """The clock in the network's units."""
    return torch.where((k == UNKNOWN) | (k == 0), k, k + (unit > 1))


def compress(x):
    return torch.asinh(x / COMPRESS_SCALE)


def precision(k):
    return torch.where(k == UNKNOWN, 0., PRECISION_AT_ZERO - k.float() / PRECISION_STEPS)


def mass(mu, s, lo, hi):
    """The integral of a logistic, as (1 - e^(a-b)) F(b) F(-a): nothing cancels in either tail."""
    return -torch.expm1((lo - hi) * s) * torch.sigmoid((hi - mu) * s) * torch.sigmoid((mu - lo) * s)


def code_length(mu, ls, lo, hi, lo2, hi2):
    """Bits of the sub-cell [lo2,hi2) given the cell [lo,hi): eq. 13 restricted to the cell."""
    s = torch.exp(-ls)
    share = ((hi2 - lo2) / (hi - lo).clamp(max=2048.)).clamp(max=1)
    ratio = (mass(mu, s, lo2, hi2) + MIN_MASS * share) / (mass(mu, s, lo, hi) + MIN_MASS)
    return -torch.log2((1 - UNIFORM_SHARE) * ratio + UNIFORM_SHARE * share)


def truncated_mean(mu, ls, lo, hi):
    """Mean of the logistic restricted to [lo,hi): with F the sigmoid and H the binary entropy,
    the integral of t dF is H(F(a)) - H(F(b))."""
    s = torch.exp(ls)
    a, b = ((lo - mu) / s).clamp(-60, 60), ((hi - mu) / s).clamp(-60, 60)
    flip = (a + b) > 0
    a2, b2 = torch.where(flip, -b, a), torch.where(flip, -a, b)
    fa, fb = torch.sigmoid(a2), torch.sigmoid(b2)
    ha, hb = F.softplus(a2) - a2 * fa, F.softplus(b2) - b2 * fb
    m = (ha - hb) / (fb - fa).clamp(min=1e-20)
    m = torch.where(fb - fa < 1e-9, torch.zeros_like(m), m)
    m = torch.where(flip, -m, m)
    return mu + s * torch.minimum(torch.maximum(m, a), b)


def estimate(v, lo, hi, k, mu, ls, unit):
    """x̂_0 of every coefficient (eq. 15), in the units of the samples: exact where the clock is 0."""
    m = torch.where(k == UNKNOWN, mu, truncated_mean(mu, ls, lo, hi)) / unit
    return torch.where(k == 0, v.float(), m)


# ---- the network ----------------------------------------------------------------------------

def box(x, r):
    return F.avg_pool2d(F.pad(x, (r, r, r, r), mode='replicate'), 2 * r + 1, 1)


def phases(x):
    """B,C,H,W -> 4B,C,H/2,W/2: the sites of every phase, rows before columns."""
    b, c, h, w = x.shape
    return x.view(b, c, h // 2, 2, w // 2, 2).permute(3, 5, 0, 1, 2, 4).reshape(4 * b, c, h // 2, w // 2)


def phases_last(x):
    """phases, of a tensor whose channels are last in memory, as they are then."""
    b, c, h, w = x.shape
    x = x.permute(0, 2, 3, 1).view(b, h // 2, 2, w // 2, 2, c).permute(2, 4, 0, 1, 3, 5)
    return x.reshape(4 * b, h // 2, w // 2, c).permute(0, 3, 1, 2)


def sites(x):
    """The inverse of phases."""
    b, c, h, w = x.shape
    return x.view(2, 2, b // 4, c, h, w).permute(2, 3, 4, 0, 5, 1).reshape(b // 4, c, 2 * h, 2 * w)


def last(x):
    return x.contiguous(memory_format=torch.channels_last)


def film(y, gain, shift):
    return torch.relu(y * gain + shift)


def residual(x, y, gain, shift):
    return x + torch.relu(y * gain + shift)


def hidden(site, near, gain, shift):
    return torch.relu((site + near) * gain + shift)


class Expert(nn.Module):
    """A trunk of 3x3 convolutions with residuals over the sites of a scale, and a head per group.

    Gain and shift of every channel depend on the stage embedding, the colour class and the scale embedding. An expert has a row of
    them for every combination of the first two that it serves.
    """

    def __init__(self, channels, layers, hidden, rows):
        super().__init__()
        c, h, g = channels, hidden, len(GROUPS)
        self.hidden, self.rows = hidden, rows
        self.stem = nn.Conv2d(4 * COEFFICIENTS, c, 3, padding=1)
        self.blocks = nn.ModuleList([nn.Conv2d(c, c, 3, padding=1) for _ in range(layers)])
        self.gain = nn.Parameter(torch.zeros(layers + 1, rows, SCALE_EMBEDDINGS, c))
        self.shift = nn.Parameter(torch.zeros(layers + 1, rows, SCALE_EMBEDDINGS, c))
        self.site = nn.Conv2d(c, h * g, 1)
        self.near = nn.ModuleList([nn.Conv2d(2 * COEFFICIENTS, h, 3, bias=False) for _ in range(g)])
        self.head_gain = nn.Parameter(torch.zeros(rows, g, h))
        self.head_shift = nn.Parameter(torch.zeros(rows, g, len(PHASES), h))
        self.out = nn.ModuleList([nn.Conv2d(h, 2 * len(x), 1) for x in GROUPS])
        for o in self.out:
            nn.init.normal_(o.weight, 0, 0.02)
            nn.init.zeros_(o.bias)

    def trunk(self, x, row, scale):
        """36 input channels -> the trunk's output. row picks that of every image: images x rows, zeros and ones."""
        s = SCALE_EMBEDDING[scale]
        gain, shift = 1 + row @ self.gain[:, :, s], row @ self.shift[:, :, s]    # layer, image, channel
        for i, conv in enumerate([self.stem, *self.blocks]):
            g = gain[i][:, :, None, None]
            h = conv.bias[:, None, None] * g + shift[i][:, :, None, None]
            y = F.conv2d(x, conv.weight, padding=1)
            x = residual(x, y, g, h) if i else film(y, g, h)
        return x

    def site_terms(self, x, group):
        h = self.hidden
        return F.conv2d(x, self.site.weight[h * group:h * (group + 1)], self.site.bias[h * group:h * (group + 1)])

    def head(self, group, site, near, gain, shift):
        """The outputs of a group's head for sites: mean offset (in mean bases) and log-scale offset of its coefficients."""
        return self.out[group](hidden(site, near, gain, shift))


class Denoiser(nn.Module):
    """One expert; or one for each stage embedding of the finest scale, and one for each stage embedding of the coarser scales.

    sizes are channels, layers and hidden units of every expert, where they differ; then the others are the largest of them.
    """

    def __init__(self, channels=32, layers=3, hidden=48, experts=1, sizes=None):
        super().__init__()
        self.shape, self.sizes = (channels, layers, hidden), sizes
        self.prior = b''    # of thumbnails, as in a weights file, or nothing: training leaves it as it is
        self.experts = nn.ModuleList([Expert(*size, GAIN_ROWS[experts]) for size in sizes or [self.shape] * experts])

    def at(self, stage, scale, colour_class):
        """The expert of a stage and scale, and the row of gains of every image's colour class, as a one among zeros."""
        expert, rows = gain_rows(len(self.experts), scale > 1, stage, colour_class.device)
        e = self.experts[expert]
        return e, (rows[colour_class][:, None] == torch.arange(e.rows, device=colour_class.device)).float()

    def specialize(self):
        """Returns EXPERTS that together predict the same as the one."""
        d = Denoiser(*self.shape, EXPERTS)
        d.prior = self.prior
        single = {}    # the row of gains of the one network, by expert and its row
        for ones, others in zip(EXPERT_INDEX[1], EXPERT_INDEX[EXPERTS]):
            for one, other in zip(ones, others):
                single.update({to: row for (_, row), to in zip(one, other)})
        for i, e in enumerate(d.experts):
            state = self.experts[0].state_dict()
            rows = torch.tensor([single[i, row] for row in range(e.rows)])
            for name, dim in (('gain', 1), ('shift', 1), ('head_gain', 0), ('head_shift', 0)):
                state[name] = state[name].index_select(dim, rows)
            e.load_state_dict(state)
        return d


@functools.lru_cache(None)
def gain_rows(experts, coarser, stage, device):
    """The expert that computes a stage of the finest scale, or of a coarser one, and its row of gains by colour class."""
    index = EXPERT_INDEX[experts][coarser][stage]
    return index[0][0], torch.tensor([row for _, row in index], device=device)


def features(ll, z, k):
    """The 36 input channels of every site, and log-base and mean base (grey levels) of every coefficient. Clocks, centres
    and the coarser image ll are in the network's units."""
    ll = ll.clamp(-1024, 1024)
    mean = box(ll, 2)
    a1 = box((ll - mean).abs(), 1)
    a2 = box(z.abs(), 2)
    x = torch.cat([compress(ll - mean), ll / 128 - 1, compress(z), precision(k),
                   torch.log(a1 + LOG_OFFSET), torch.log(a2 + LOG_OFFSET)], 1)
    a1 = (a1 * TEXTURE_GAIN + TEXTURE_OFFSET).repeat_interleave(SUBBANDS, 1)
    none = k == UNKNOWN
    w = torch.where(none, 1e9, torch.exp2(k.float()))
    base = torch.where(none, a1, torch.minimum(torch.maximum(a2 * ACTIVITY_GAIN + ACTIVITY_OFFSET, a1 * TEXTURE_SHARE), w))
    return x, torch.log(base), torch.minimum(w, base * 2)


def views(v, u, k, clock, unit):
    """The cells before a step, and the cells at its clock, of coefficients that advance: edges, and the inputs of the heads."""
    kt = torch.minimum(clock, k)
    lo, hi, z = cell(v, u, k, unit)
    lo2, hi2, z2 = cell(v, u, kt, unit)
    kn, kn2 = shown_clock(k, unit), shown_clock(kt, unit)
    seen, seen2 = torch.cat([compress(z), precision(kn)], 1), torch.cat([compress(z2), precision(kn2)], 1)
    return kt, lo, hi, z, lo2, hi2, kn, seen, seen2


def reveal(o, logbase, threshold, seen, seen2, may):
    """The inputs of the heads after a group and phase, and which coefficients advance. A coefficient advances if its standard
    deviation is at least τ times the width of its next cell: if its log-scale is at least threshold."""
    n = o.shape[1] // 2
    ls = (o[:, n:] + logbase).clamp(MIN_LOG_SCALE, MAX_LOG_SCALE)
    moved = may & (ls >= threshold)
    both = torch.cat([moved, moved], 1)
    return torch.where(both, seen2, seen), moved


def loss_of(om, ol, z, mbase, logbase, lo, hi, lo2, hi2, moved, rest, exact, unit):
    """Bits of what moved, and of the exact value of the rest."""
    mu = z + om * mbase
    ls = (ol + logbase).clamp(MIN_LOG_SCALE, MAX_LOG_SCALE)
    b = code_length(mu, ls, lo, hi, torch.where(moved, lo2, exact - .5 * unit), torch.where(moved, hi2, exact + .5 * unit))
    return (b * moved).sum(), (b * rest).sum()


class State:
    """What is known of a scale: coefficients v with dithers u, at clocks k, and the distributions predicted last."""

    def __init__(self, v, u, k):
        self.v, self.u, self.k, self.stage = v, u, k, -1
        self.lo = self.hi = self.mu = self.ls = None


@functools.lru_cache(None)
def band_clocks(device):
    return torch.tensor(SUBBAND_CLOCKS, dtype=torch.int32, device=device).view(1, COEFFICIENTS, 1, 1)


@functools.lru_cache(None)
def is_chroma(device):
    return (torch.arange(COEFFICIENTS, device=device) >= SUBBANDS).view(1, COEFFICIENTS, 1, 1)


@functools.lru_cache(None)
def phase_order(device):
    return torch.tensor(PHASE_ORDER, device=device)


def advance(net, s, ll, stage, scale, tau, colour_class, unit, keep, backward=None):
    """One reverse step of one scale. ll is the coarser image, tau and colour_class are of every image. backward(bits, side, stage) is
    called with what the step costs, with gradients. Returns its bits. If keep, s keeps the predicted distributions."""
    final = STAGE_CLOCKS[stage] is None
    expert, row = net.at(stage, scale, colour_class)
    groups = range(sum(g[0] < SUBBANDS * PLANES_IN[stage] for g in GROUPS))
    n = GROUPS[groups[-1]][-1] + 1
    with torch.no_grad():
        coarse = (unit > 1).int()
        clock = torch.zeros_like(coarse) if final else band_clocks(ll.device) + STAGE_CLOCKS[stage] - coarse
        kt, lo, hi, z, lo2, hi2, kn, seen, seen2 = views(s.v, s.u, s.k, clock, unit)
        planes = unit[:, ::SUBBANDS]
        x, logbase, mbase = features(ll * planes, z, kn)
        threshold = torch.full_like(logbase, -1e9)
        if not final:
            threshold = torch.log(tau.view(-1, 1, 1, 1) * torch.exp2((kt + coarse).float()) / LOGISTIC_SD)
        may = kt < s.k
        may, threshold, logbase, seen, seen2 = (phases(t) for t in (may, threshold, logbase, seen, seen2))
    t = phases_last(expert.trunk(last(x), row, scale))
    quarter = lambda y, i: y[i * (y.shape[0] // 4):(i + 1) * (y.shape[0] // 4)]
    gain_of = lambda g: 1 + (row @ expert.head_gain[:, g])[:, :, None, None]
    shift_of = lambda g: (row @ expert.head_shift[:, g].transpose(0, 1))[:, :, :, None, None]    # phase, image, unit
    with torch.no_grad():    # what a decoder knows, head by head
        h, w = z.shape[2:]
        info = F.pad(sites(seen), (1, 1, 1, 1))
        moved = torch.zeros_like(may)
        site = {g: expert.site_terms(t.detach(), g) for g in groups}
        outputs = []
        for g in groups:
            a, b = GROUPS[g][0], GROUPS[g][-1] + 1
            gain, shift = gain_of(g), shift_of(g)
            both = lambda y: torch.cat([y[:, a:b], y[:, COEFFICIENTS + a:COEFFICIENTS + b]], 1)
            parts = [None] * 4
            for p, (r, c) in enumerate(PHASES):
                i = 2 * r + c
                near = F.conv2d(last(info[:, :, r:r + h + 1, c:c + w + 1]), expert.near[g].weight, stride=2)
                o = expert.head(g, quarter(site[g], i), near, gain, shift[p])
                q = lambda y: quarter(y, i)
                new, m = reveal(o, q(logbase)[:, a:b], q(threshold)[:, a:b], both(q(seen)), both(q(seen2)), q(may)[:, a:b])
                info[:, a:b, 1 + r:1 + h:2, 1 + c:1 + w:2] = new[:, :b - a]
                info[:, COEFFICIENTS + a:COEFFICIENTS + b, 1 + r:1 + h:2, 1 + c:1 + w:2] = new[:, b - a:]
                moved[i * (moved.shape[0] // 4):(i + 1) * (moved.shape[0] // 4), a:b] = m
                parts[i] = o
            outputs.append(torch.cat(parts))
        # the inputs of the heads: the new cells of the groups and phases before them
        old = F.pad(sites(seen), (1, 1, 1, 1))
    if backward is None:
        outs = outputs
    else:
        outs = []
        for g in groups:
            a, b = GROUPS[g][0], GROUPS[g][-1] + 1
            with torch.no_grad():
                start = old.clone()
                for e in range(g):
                    for at in (GROUPS[e][0], COEFFICIENTS + GROUPS[e][0]):
                        to = at + len(GROUPS[e])
                        start[:, at:to] = info[:, at:to]
                saw = [None] * 4
                for r, c in PHASES:
                    saw[2 * r + c] = start[:, :, r:r + h + 1, c:c + w + 1].clone(memory_format=torch.channels_last)
                    for at in (a, COEFFICIENTS + a):
                        to = at + b - a
                        start[:, at:to, 1 + r:1 + h:2, 1 + c:1 + w:2] = info[:, at:to, 1 + r:1 + h:2, 1 + c:1 + w:2]
                saw = torch.cat(saw)
            near = F.conv2d(saw, expert.near[g].weight, stride=2)
            shift = shift_of(g).index_select(0, phase_order(ll.device)).flatten(0, 1)
            outs.append(expert.head(g, expert.site_terms(t, g), near, gain_of(g).repeat(4, 1, 1, 1), shift))
    om = torch.cat([o[:, :o.shape[1] // 2] for o in outs], 1)
    ol = torch.cat([o[:, o.shape[1] // 2:] for o in outs], 1)
    with torch.no_grad():
        small = lambda *y: [phases(v[:, :n]) for v in y]
        zp, mp, lop, hip, lo2p, hi2p, kp = small(z, mbase, lo, hi, lo2, hi2, s.k)
        unitp = unit[:, :n].expand(z.shape[0], n, 1, 1).repeat(4, 1, 1, 1)
        exact = phases(s.v[:, :n].float() * unit[:, :n])
        mv = moved[:, :n]
        rest = ~mv & (kp > 0) if not final else torch.zeros_like(mv)
    bits, side = loss_of(om, ol, zp, mp, logbase[:, :n], lop, hip, lo2p, hi2p, mv, rest, exact, unitp)
    if backward is not None:
        backward(bits, side, stage)
    with torch.no_grad():
        whole = sites(moved)
        s.k = torch.where(whole, kt, s.k)
        s.stage = stage
        if keep:
            fill = lambda y: torch.cat([y, torch.zeros_like(z[:, n:])], 1) if n < COEFFICIENTS else y
            s.mu = fill(z[:, :n] + sites(om.detach()) * mbase[:, :n])
            s.ls = fill((sites(ol.detach()) + sites(logbase)[:, :n]).clamp(MIN_LOG_SCALE, MAX_LOG_SCALE))
            s.lo, s.hi = torch.where(whole, lo2, lo), torch.where(whole, hi2, hi)
    return bits.detach()


class Chain:
    """The reverse process of a batch of images: ll B,3,h,w is the image at half the size, v B,9,h,w the finest details
    (int32). colour_class and planes (1 or 3) are of every image. whole: the coarsest image is exact."""

    def __init__(self, net, ll, v, colour_class, planes, scales, wavelet, tau, whole=False):
        self.net, self.scales, self.wavelet, self.tau, self.colour_class, self.whole = net, scales, wavelet, tau, colour_class, whole
        chroma = is_chroma(ll.device)
        self.unit = 1. + ((colour_class >= DERIVED_CLASS).view(-1, 1, 1, 1) & chroma).float()
        gray, subsampled = ((x.view(-1, 1, 1, 1) & chroma) for x in (planes == 1, colour_class == SUBSAMPLED_CLASS))
        self.exact, self.state = [None, ll], [None]
        for l in range(1, scales + 1):
            if l > 1:
                ll, v = analyse(ll, wavelet)
                self.exact.append(ll)
            known = gray if l > 1 else gray | subsampled     # to be 0: what was upsampled has no finest details
            v = torch.where(known, 0, v).int()
            u = torch.randint(0, 1 << 14, v.shape, dtype=torch.int32, device=v.device)
            k = torch.where(known.expand_as(v), 0, UNKNOWN).int()
            self.state.append(State(v, u, k))
        self.ll = list(self.exact)

    def coarse(self, l, stage):
        """The estimate of the image at scale l before a stage of it. In a crop, the coarsest is uncertain by as much as
        the coarser scales of a whole image would leave it."""
        if l < self.scales:
            return self.ll[l]
        x = self.exact[l].float()
        if not self.whole and stage + 1 < STAGES - 1:
            x = x + (torch.rand_like(x) - .5) * (.7 * 2. ** STAGE_CLOCKS[stage + 1]) / self.unit[:, ::SUBBANDS]
        self.top = x
        return x

    def run(self, backward=None):
        """Takes all steps. Returns the bits of every one."""
        bits = {}
        for l, stage in STEPS[self.scales]:
            s = self.state[l]
            ll = self.coarse(l, stage)
            bits[l, stage] = advance(self.net, s, ll, stage, l, self.tau, self.colour_class, self.unit, l > 1, backward)
            if l > 1:
                done = all(t.stage == STAGES - 1 for t in self.state[l:])
                with torch.no_grad():
                    self.ll[l - 1] = self.exact[l - 1].float() if done else synthesize(
                        ll, estimate(s.v, s.lo, s.hi, s.k, s.mu, s.ls, self.unit), self.wavelet)
        return bits

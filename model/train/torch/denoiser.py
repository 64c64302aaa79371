"""The denoiser of ddpmz and its reverse process, in PyTorch: the float twin of package model.

Names and shapes follow model/*.go. A site is one position of a scale's grid; it carries nine
coordinates, channel 3*plane + band with planes Y, Co, Cg and bands HL, LH, HH.
"""
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

PLANES, BANDS, COORDS = 3, 3, 9
STAGE_CLOCKS = [6, 5, 4, 3, 2, 1, None]       # None: everything becomes exact
BAND_CLOCK = torch.tensor([0, 0, 1, 1, 1, 2, 1, 1, 2]).view(1, COORDS, 1, 1)
STAGES, SCALES = len(STAGE_CLOCKS), 5          # scales from 5 on share their conditioning
KINDS = 3                                      # of colours; here all are of the first, YCoCg-R
LOOKS = KINDS * (STAGES - 1)                   # the first two stages of a kind share one
GROUPS = [[0, 1], [2], [3, 4, 5], [6, 7, 8]]
PHASES = [(0, 0), (1, 1), (0, 1), (1, 0)]      # (row, column) parity, in coding order
UNKNOWN = 99                                   # the clock of a coordinate of which nothing is known
LOGISTIC_SD = math.pi / math.sqrt(3)           # standard deviation of a logistic of scale 1
LOG_SCALE_MIN, LOG_SCALE_MAX = -3.0, 6.0

LIFTINGS = {  # name: predict taps over even neighbours, log2 divisor; update taps, log2 divisor
    '5/3': ([0, 1, 1, 0], 1, [0, 1, 1, 0], 2),
    '9/7-M': ([-1, 9, 9, -1], 4, [0, 1, 1, 0], 2),
    '13/7-T': ([-1, 9, 9, -1], 4, [-1, 9, 9, -1], 5),
}


# ---- colour and wavelet ------------------------------------------------------------------

def forward_colour(x):
    """YCoCg-R of an int32 tensor B,3,H,W."""
    r, g, b = x[:, 0], x[:, 1], x[:, 2]
    co = r - b
    t = b + (co >> 1)
    cg = g - t
    return torch.stack([t + (cg >> 1), co, cg], 1)


def inverse_colour(x):
    y, co, cg = x[:, 0], x[:, 1], x[:, 2]
    half = (lambda v: _rounded(v - 1, 1)) if x.is_floating_point() else (lambda v: v >> 1)
    t = y - half(cg)
    g = cg + t
    b = t - half(co)
    return torch.stack([b + co, g, b], 1)


def _taps(x, taps, first):
    """sum of taps[j] * x[i + first + j] along the last axis; whole-sample symmetric at even length."""
    n = x.shape[-1]
    idx = torch.arange(n)
    out = 0
    for j, t in enumerate(taps):
        if t == 0:
            continue
        k = idx + first + j
        if first == -1:    # even neighbours of an odd sample: positions 2k
            pos = 2 * k
        else:              # odd neighbours of an even sample: positions 2k+1
            pos = 2 * k + 1
        period = max(2 * (2 * n - 1), 1)
        pos = pos % period
        pos = torch.where(pos > 2 * n - 1, period - pos, pos)
        out = out + t * x.index_select(-1, pos // 2)
    return out


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
    if s.is_floating_point():
        e = s - _rounded(_taps(d, u, -2), us)
        o = d + _rounded(_taps(e, p, -1), ps)
    else:
        e = s - ((_taps(d, u, -2) + (1 << us >> 1)) >> us)
        o = d + ((_taps(e, p, -1) + (1 << ps >> 1)) >> ps)
    return torch.stack([e, o], -1).flatten(-2)


def _t(x):
    return x.transpose(-1, -2).contiguous()


def analyse(x, name):
    """B,3,H,W -> LL B,3,h,w and detail B,9,h,w."""
    l, h = _lift(x, name)
    ll, lh = (_t(v) for v in _lift(_t(l), name))
    hl, hh = (_t(v) for v in _lift(_t(h), name))
    return ll, torch.stack([hl, lh, hh], 2).flatten(1, 2)


def synthesize(ll, detail, name):
    d = detail.unflatten(1, (PLANES, BANDS))
    l = _t(_unlift(_t(ll), _t(d[:, :, 1]), name))
    h = _t(_unlift(_t(d[:, :, 0]), _t(d[:, :, 2]), name))
    return _unlift(l, h, name)


# ---- cells of the nested dither ------------------------------------------------------------

def cell(v, u, k):
    """Edges [lo, hi) of the cell of v at clock k, centre (0 where nothing is known)."""
    none = k == UNKNOWN
    kk = torch.where(none, torch.zeros_like(k), k)
    lo = (((v + u) >> kk) << kk) - u
    w = (1 << kk).float()
    lo = lo.float() - 0.5
    hi = lo + w
    z = torch.where(none, torch.zeros_like(lo), (lo + hi) / 2)
    inf = torch.full_like(lo, 1e5)
    return torch.where(none, -inf, lo), torch.where(none, inf, hi), z


def code_length(mu, ls, lo, hi, lo2, hi2, eps=1e-4):
    """Bits of the sub-cell [lo2,hi2) given the cell [lo,hi): eq. 13 restricted to the cell."""
    s = torch.exp(-ls)

    def mass(a, b):
        a, b = (a - mu) * s, (b - mu) * s
        flip = (a + b) > 0
        return torch.sigmoid(torch.where(flip, -a, b)) - torch.sigmoid(torch.where(flip, -b, a))
    w = (hi - lo).clamp(max=2048.)
    p = (1 - eps) * (mass(lo2, hi2) + 1e-12) / (mass(lo, hi) + 1e-12) + eps * ((hi2 - lo2) / w).clamp(max=1)
    return -torch.log2(p.clamp(1e-9, 1.0))


def truncated_mean(mu, ls, lo, hi):
    """Mean of the logistic restricted to [lo,hi): with F the sigmoid and H the binary entropy,
    the integral of t dF is H(F(a)) - H(F(b))."""
    s = torch.exp(ls)
    a, b = ((lo - mu) / s).clamp(-60, 60), ((hi - mu) / s).clamp(-60, 60)
    flip = (a + b) > 0
    a2, b2 = torch.where(flip, -b, a), torch.where(flip, -a, b)
    fa, fb = torch.sigmoid(a2), torch.sigmoid(b2)
    ent = lambda t, f: F.softplus(t) - t * f
    m = (ent(a2, fa) - ent(b2, fb)) / (fb - fa).clamp(min=1e-20)
    m = torch.where(fb - fa < 1e-9, torch.zeros_like(m), m)
    m = torch.where(flip, -m, m)
    return mu + s * torch.minimum(torch.maximum(m, a), b)


# ---- the network ----------------------------------------------------------------------------

def compress(x):
    return torch.asinh(x / 1.5)


def precision(k):
    return torch.where(k == UNKNOWN, torch.zeros_like(k).float(), 1.2 - k.float() / 6)


def box(x, r):
    return F.avg_pool2d(F.pad(x, (r, r, r, r), mode='replicate'), 2 * r + 1, 1)


class Denoiser(nn.Module):
    """A trunk of 3x3 convolutions with residuals over the sites of a scale, and a head per group.

    Scale (gain) and shift of every channel depend on stage and scale, so they fold into the weights.
    1x1 convolutions are written with a dilation, which changes nothing but sends PyTorch to oneDNN.
    """

    def __init__(self, channels=32, layers=4, hidden=32):
        super().__init__()
        self.channels, self.layers, self.hidden = channels, layers, hidden
        c, h, g = channels, hidden, len(GROUPS)
        self.stem = nn.Conv2d(4 * COORDS, c, 3, padding=1)
        self.blocks = nn.ModuleList([nn.Conv2d(c, c, 3, padding=1) for _ in range(layers)])
        self.gain = nn.Parameter(torch.zeros(layers + 1, LOOKS, SCALES, c))
        self.shift = nn.Parameter(torch.zeros(layers + 1, LOOKS, SCALES, c))
        self.site = nn.Conv2d(c, h * g, 1)
        self.near = nn.ModuleList([nn.Conv2d(2 * COORDS, h, 3, bias=False) for _ in range(g)])
        self.head_gain = nn.Parameter(torch.zeros(LOOKS, g, h))
        self.head_shift = nn.Parameter(torch.zeros(LOOKS, g, len(PHASES), h))
        self.out = nn.ModuleList([nn.Conv2d(h, 2 * len(x), 1) for x in GROUPS])
        for o in self.out:
            nn.init.normal_(o.weight, 0, 0.02)
            nn.init.zeros_(o.bias)

    def _fold(self, conv, layer, stage, scale):
        at = layer, look(stage), min(scale - 1, SCALES - 1)
        g = 1 + self.gain[at]
        return conv.weight * g.view(-1, 1, 1, 1), conv.bias * g + self.shift[at]

    def features(self, ll, z, k):
        """The 36 input channels of every site, log-base and mean base (grey levels) of every coordinate."""
        mean = box(ll, 2)
        a1 = box((ll - mean).abs(), 1)
        a2 = box(z.abs(), 2)
        x = torch.cat([compress(ll - mean), ll / 128 - 1, compress(z), precision(k),
                       torch.log(a1 + .5), torch.log(a2 + .5)], 1)
        a1 = (a1 * 0.4 + 0.3).repeat_interleave(BANDS, 1)
        none = k == UNKNOWN
        w = torch.where(none, torch.full_like(z, 1e9), (1 << torch.where(none, 0, k)).float())
        base = torch.where(none, a1, torch.minimum(torch.maximum(a2 * 0.6 + 0.2, a1 * 0.3), w))
        return x, torch.log(base), torch.minimum(w, base * 2)

    def trunk(self, x, stage, scale):
        """36 input channels -> the site terms of the heads, a tensor for each group and phase."""
        x = F.pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2)).contiguous(memory_format=torch.channels_last)
        x = F.relu(F.conv2d(x, *self._fold(self.stem, 0, stage, scale), padding=1))
        for i, c in enumerate(self.blocks):
            x = x + F.relu(F.conv2d(x, *self._fold(c, i + 1, stage, scale), padding=1))
        g = 1 + self.head_gain[look(stage)].view(-1)
        x = F.conv2d(x, self.site.weight * g.view(-1, 1, 1, 1), self.site.bias * g, dilation=2)
        b, _, h, w = x.shape
        x = x.view(b, len(GROUPS), self.hidden, h // 2, 2, w // 2, 2).permute(1, 4, 6, 0, 3, 5, 2)
        x = x.flatten(0, 2).unbind(0)    # group, row parity, column parity; each B,h,w,C
        return [[x[4 * g + 2 * r + c].permute(0, 3, 1, 2) for r, c in PHASES] for g in range(len(GROUPS))]

    def head(self, group, phase, site, info, stage):
        """site: the group's site term at the sites of the phase; info: compressed centres and precisions of
        all sites, padded by one (and to even sides). Returns mean offset (in mean bases) and log-scale offset."""
        r, c = PHASES[phase]
        w = self.near[group].weight * (1 + self.head_gain[look(stage), group]).view(-1, 1, 1, 1)
        n = F.conv2d(info[:, :, r:, c:], w, self.head_shift[look(stage), group, phase], stride=2)
        h = F.relu(site + n[:, :, :site.shape[2], :site.shape[3]])
        o = F.conv2d(h, self.out[group].weight, self.out[group].bias, dilation=2)
        n = len(GROUPS[group])
        return o[:, :n], o[:, n:]


def look(stage):
    return max(stage - 1, 0)


def target_clocks(stage, k):
    t = STAGE_CLOCKS[stage]
    kt = torch.zeros_like(k) if t is None else (BAND_CLOCK + t).expand_as(k).to(k.dtype)
    return torch.minimum(kt, k)


def advance(net, ll, v, u, k, stage, scale, tau, want_loss=True, planes=PLANES):
    """One reverse step of one scale, in the first stage of luma alone. Returns bits (scalar tensor), side loss, new clocks, mean, log-scale."""
    planes = planes if stage else 1
    kt = target_clocks(stage, k)
    lo, hi, z = cell(v, u, k)
    lo2, hi2, z2 = cell(v, u, kt)
    h, w = z.shape[2:]
    x, logbase, mbase = net.features(ll, z, k)
    site = net.trunk(x, stage, scale)
    pad = (1, 1 + w % 2, 1, 1 + h % 2)
    info = F.pad(torch.cat([compress(z), precision(k)], 1), pad).contiguous(memory_format=torch.channels_last)
    info2 = F.pad(torch.cat([compress(z2), precision(kt)], 1), pad).contiguous(memory_format=torch.channels_last)
    final = STAGE_CLOCKS[stage] is None
    moved = torch.zeros_like(z, dtype=torch.bool)
    pre, post = [], []
    groups = [g for g in range(len(GROUPS)) if GROUPS[g][0] < BANDS * planes]
    for g in groups:
        a, b = GROUPS[g][0], GROUPS[g][-1] + 1
        for p, (r, c) in enumerate(PHASES):
            om, ol = net.head(g, p, site[g][p], info, stage)
            pre.append(om)
            post.append(ol)
            with torch.no_grad():
                at = (slice(None), slice(a, b), slice(r, None, 2), slice(c, None, 2))
                hh, ww = kt[at].shape[2:]
                ls = (ol[:, :, :hh, :ww] + logbase[at]).clamp(LOG_SCALE_MIN, LOG_SCALE_MAX)
                m = kt[at] < k[at]
                if not final:
                    m &= LOGISTIC_SD * torch.exp(ls) >= tau * (1 << kt[at]).float()
                moved[at] = m
                info = info.clone(memory_format=torch.channels_last)
                for off in (0, COORDS):
                    i = info[:, off + a:off + b, r + 1:h + 1:2, c + 1:w + 1:2]
                    i.copy_(torch.where(m, info2[:, off + a:off + b, r + 1:h + 1:2, c + 1:w + 1:2], i))
    n = GROUPS[groups[-1]][-1] + 1
    mu = z[:, :n] + _weave(pre, h, w) * mbase[:, :n]
    ls = (_weave(post, h, w) + logbase[:, :n]).clamp(LOG_SCALE_MIN, LOG_SCALE_MAX)
    bits = side = None
    if want_loss:
        b = code_length(mu, ls, lo[:, :n], hi[:, :n], lo2[:, :n], hi2[:, :n])
        bits = (b * moved[:, :n]).sum()
        if not final:   # what did not advance still wants a calibrated mean: its exact value's length
            rest = (~moved[:, :n]) & (k[:, :n] > 0)
            lo0, hi0 = v[:, :n].float() - 0.5, v[:, :n].float() + 0.5
            side = (code_length(mu, ls, lo[:, :n], hi[:, :n], lo0, hi0) * rest).sum()
    k = torch.where(moved, kt, k)
    if n < COORDS:
        mu = torch.cat([mu, torch.zeros_like(z[:, n:])], 1)
        ls = torch.cat([ls, torch.zeros_like(z[:, n:])], 1)
    return bits, side, k, mu, ls


def _weave(parts, h, w):
    """Full-grid tensor from the outputs of the heads, listed by group and phase."""
    rows = []
    for i in range(0, len(parts), 4):
        p = parts[i:i + 4]
        top = torch.stack([p[0], p[2]], -1).flatten(-2)
        bottom = torch.stack([p[3], p[1]], -1).flatten(-2)
        rows.append(torch.stack([top, bottom], -2).flatten(2, 3))
    return torch.cat(rows, 1)[:, :, :h, :w]


def estimate(v, u, k, mu, ls):
    """x̂_0 of every coordinate (eq. 15): the truncated mean, exact where the clock is 0."""
    lo, hi, _ = cell(v, u, k)
    none = k == UNKNOWN
    m = truncated_mean(mu, ls, torch.where(none, mu - 1000, lo), torch.where(none, mu + 1000, hi))
    m = torch.where(none, mu, m)
    return torch.where(k == 0, v.float(), m)


def lead(scale):
    """How many stages a scale is ahead of the finest at the end of a level."""
    return max(scale - 2, 0)


class Chain:
    """The reverse process of a batch of images B,3,H,W (int32, sides divisible by 2^scales)."""

    def __init__(self, net, image, scales, wavelet, tau, top_exact=True, planes=PLANES):
        self.net, self.wavelet, self.tau, self.scales, self.planes = net, wavelet, tau, scales, planes
        y = forward_colour(image)
        self.ll, self.v, self.u, self.k, self.mu, self.ls, self.stage = [y], [None], [None], [None], [None], [None], [-1]
        for _ in range(scales):
            y, d = analyse(y, wavelet)
            self.ll.append(y)
            self.v.append(d)
            self.u.append(torch.randint(0, 1 << 14, d.shape, dtype=torch.int32))
            k = torch.full_like(d, UNKNOWN)
            k[:, BANDS * planes:] = 0
            self.k.append(k)
            self.mu.append(torch.zeros(d.shape))
            self.ls.append(torch.zeros(d.shape))
            self.stage.append(-1)
        self.top_exact = top_exact

    def top(self, stage):
        t = self.ll[self.scales].float()
        if self.top_exact or stage + 1 >= STAGES - 1:
            return t
        w = 0.7 * 2.0 ** STAGE_CLOCKS[stage + 1]
        return t + (torch.rand_like(t) - 0.5) * w

    def coarse(self, scale):
        """Estimate of LL at the given scale from all coarser scales."""
        if all(self.stage[l] == STAGES - 1 for l in range(scale + 1, self.scales + 1)):
            return self.top(self.stage[scale] + 1) if scale == self.scales else self.ll[scale].float()
        x = self.top(self.stage[self.scales])
        for l in range(self.scales, scale, -1):
            x = synthesize(x, estimate(self.v[l], self.u[l], self.k[l], self.mu[l], self.ls[l]), self.wavelet)
        return x

    def picture(self):
        x = self.coarse(0)
        if all(s == STAGES - 1 for s in self.stage[1:]):
            x = x.int()
        return inverse_colour(x).float().round().clamp(0, 255)

    def run(self, want_loss=True):
        """Yields (scale, stage, bits, side) in coding order."""
        for g in range(-lead(self.scales), STAGES):
            for l in range(self.scales, 0, -1):
                s = g + lead(l)
                if not 0 <= s < STAGES:
                    continue
                with torch.no_grad():
                    ll = self.coarse(l)
                self.stage[l] = s
                bits, side, self.k[l], mu, ls = advance(
                    self.net, ll, self.v[l], self.u[l], self.k[l], s, l, self.tau, want_loss, self.planes)
                self.mu[l], self.ls[l] = mu.detach(), ls.detach()
                yield l, s, bits, side

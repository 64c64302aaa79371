"""The plan of the reverse process and its constants.

Generated from the Go packages model/internal/process, transform and logistic by model/train/internal/torchplan. Do not edit:
change the Go code, and run go generate ./model/train/internal/torchplan.
"""

# Coefficients of a site: channel SUBBANDS * plane + subband, planes Y, Co, Cg, subbands HL, LH, HH.
PLANES = 3
SUBBANDS = 3
COEFFICIENTS = 9
# Stages of a scale: the clocks that they bring coefficients to before SUBBAND_CLOCKS are added. The last makes them exact.
STAGES = 7
STAGE_CLOCKS = [6, 5, 4, 3, 2, 1, None]
SUBBAND_CLOCKS = [0, 0, 1, 1, 1, 2, 1, 1, 2]
# How many planes of a colour image take part in each stage.
PLANES_IN = [1, 3, 3, 3, 3, 3, 3]
# Coefficients that are predicted together, and sites that are, by (row, column) parity, in coding order.
GROUPS = [[0, 1], [2], [3, 4, 5], [6, 7, 8]]
PHASES = [(0, 0), (1, 1), (0, 1), (1, 0)]
# The places of the parities (0, 0), (0, 1), (1, 0), (1, 1) in PHASES.
PHASE_ORDER = [0, 2, 3, 1]
# What the network distinguishes: classes of colour transforms, stages and scales.
COLOUR_CLASSES = 3
DERIVED_CLASS = 1
SUBSAMPLED_CLASS = 2
STAGE_EMBEDDINGS = 6
STAGE_EMBEDDING = [0, 0, 1, 2, 3, 4, 5]
SCALE_EMBEDDINGS = 5
# By scale, of which 1 is the finest.
SCALE_EMBEDDING = [0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 4]
# Networks of a weights file that has not just one, and how many rows of gains each has, by the number of networks.
EXPERTS = 12
GAIN_ROWS = {1: 18, EXPERTS: 3}
# By number of networks: for the finest scale and the coarser ones, stage by stage, class by class: (network, row).
EXPERT_INDEX = {
    1: [
        [
            [(0, 0), (0, 6), (0, 12)],
            [(0, 0), (0, 6), (0, 12)],
            [(0, 1), (0, 7), (0, 13)],
            [(0, 2), (0, 8), (0, 14)],
            [(0, 3), (0, 9), (0, 15)],
            [(0, 4), (0, 10), (0, 16)],
            [(0, 5), (0, 11), (0, 17)],
        ],
        [
            [(0, 0), (0, 6), (0, 12)],
            [(0, 0), (0, 6), (0, 12)],
            [(0, 1), (0, 7), (0, 13)],
            [(0, 2), (0, 8), (0, 14)],
            [(0, 3), (0, 9), (0, 15)],
            [(0, 4), (0, 10), (0, 16)],
            [(0, 5), (0, 11), (0, 17)],
        ],
    ],
    12: [
        [
            [(0, 0), (0, 1), (0, 2)],
            [(0, 0), (0, 1), (0, 2)],
            [(1, 0), (1, 1), (1, 2)],
            [(2, 0), (2, 1), (2, 2)],
            [(3, 0), (3, 1), (3, 2)],
            [(4, 0), (4, 1), (4, 2)],
            [(5, 0), (5, 1), (5, 2)],
        ],
        [
            [(6, 0), (6, 1), (6, 2)],
            [(6, 0), (6, 1), (6, 2)],
            [(7, 0), (7, 1), (7, 2)],
            [(8, 0), (8, 1), (8, 2)],
            [(9, 0), (9, 1), (9, 2)],
            [(10, 0), (10, 1), (10, 2)],
            [(11, 0), (11, 1), (11, 2)],
        ],
    ],
}
# (scale, stage) of every step in coding order, by the number of scales.
STEPS = {
    1: [
        (1, 0),
        (1, 1),
        (1, 2),
        (1, 3),
        (1, 4),
        (1, 5),
        (1, 6),
    ],
    2: [
        (2, 0), (1, 0),
        (2, 1), (1, 1),
        (2, 2), (1, 2),
        (2, 3), (1, 3),
        (2, 4), (1, 4),
        (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
    3: [
        (3, 0),
        (3, 1), (2, 0), (1, 0),
        (3, 2), (2, 1), (1, 1),
        (3, 3), (2, 2), (1, 2),
        (3, 4), (2, 3), (1, 3),
        (3, 5), (2, 4), (1, 4),
        (3, 6), (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
    4: [
        (4, 0),
        (4, 1), (3, 0),
        (4, 2), (3, 1), (2, 0), (1, 0),
        (4, 3), (3, 2), (2, 1), (1, 1),
        (4, 4), (3, 3), (2, 2), (1, 2),
        (4, 5), (3, 4), (2, 3), (1, 3),
        (4, 6), (3, 5), (2, 4), (1, 4),
        (3, 6), (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
    5: [
        (5, 0),
        (5, 1), (4, 0),
        (5, 2), (4, 1), (3, 0),
        (5, 3), (4, 2), (3, 1), (2, 0), (1, 0),
        (5, 4), (4, 3), (3, 2), (2, 1), (1, 1),
        (5, 5), (4, 4), (3, 3), (2, 2), (1, 2),
        (5, 6), (4, 5), (3, 4), (2, 3), (1, 3),
        (4, 6), (3, 5), (2, 4), (1, 4),
        (3, 6), (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
    6: [
        (6, 0),
        (6, 1), (5, 0),
        (6, 2), (5, 1), (4, 0),
        (6, 3), (5, 2), (4, 1), (3, 0),
        (6, 4), (5, 3), (4, 2), (3, 1), (2, 0), (1, 0),
        (6, 5), (5, 4), (4, 3), (3, 2), (2, 1), (1, 1),
        (6, 6), (5, 5), (4, 4), (3, 3), (2, 2), (1, 2),
        (5, 6), (4, 5), (3, 4), (2, 3), (1, 3),
        (4, 6), (3, 5), (2, 4), (1, 4),
        (3, 6), (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
    7: [
        (7, 0),
        (7, 1), (6, 0),
        (7, 2), (6, 1), (5, 0),
        (7, 3), (6, 2), (5, 1), (4, 0),
        (7, 4), (6, 3), (5, 2), (4, 1), (3, 0),
        (7, 5), (6, 4), (5, 3), (4, 2), (3, 1), (2, 0), (1, 0),
        (7, 6), (6, 5), (5, 4), (4, 3), (3, 2), (2, 1), (1, 1),
        (6, 6), (5, 5), (4, 4), (3, 3), (2, 2), (1, 2),
        (5, 6), (4, 5), (3, 4), (2, 3), (1, 3),
        (4, 6), (3, 5), (2, 4), (1, 4),
        (3, 6), (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
    8: [
        (8, 0),
        (8, 1), (7, 0),
        (8, 2), (7, 1), (6, 0),
        (8, 3), (7, 2), (6, 1), (5, 0),
        (8, 4), (7, 3), (6, 2), (5, 1), (4, 0),
        (8, 5), (7, 4), (6, 3), (5, 2), (4, 1), (3, 0),
        (8, 6), (7, 5), (6, 4), (5, 3), (4, 2), (3, 1), (2, 0), (1, 0),
        (7, 6), (6, 5), (5, 4), (4, 3), (3, 2), (2, 1), (1, 1),
        (6, 6), (5, 5), (4, 4), (3, 3), (2, 2), (1, 2),
        (5, 6), (4, 5), (3, 4), (2, 3), (1, 3),
        (4, 6), (3, 5), (2, 4), (1, 4),
        (3, 6), (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
    9: [
        (9, 0),
        (9, 1), (8, 0),
        (9, 2), (8, 1), (7, 0),
        (9, 3), (8, 2), (7, 1), (6, 0),
        (9, 4), (8, 3), (7, 2), (6, 1), (5, 0),
        (9, 5), (8, 4), (7, 3), (6, 2), (5, 1), (4, 0),
        (9, 6), (8, 5), (7, 4), (6, 3), (5, 2), (4, 1), (3, 0),
        (8, 6), (7, 5), (6, 4), (5, 3), (4, 2), (3, 1), (2, 0), (1, 0),
        (7, 6), (6, 5), (5, 4), (4, 3), (3, 2), (2, 1), (1, 1),
        (6, 6), (5, 5), (4, 4), (3, 3), (2, 2), (1, 2),
        (5, 6), (4, 5), (3, 4), (2, 3), (1, 3),
        (4, 6), (3, 5), (2, 4), (1, 4),
        (3, 6), (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
    10: [
        (10, 0),
        (10, 1), (9, 0),
        (10, 2), (9, 1), (8, 0),
        (10, 3), (9, 2), (8, 1), (7, 0),
        (10, 4), (9, 3), (8, 2), (7, 1), (6, 0),
        (10, 5), (9, 4), (8, 3), (7, 2), (6, 1), (5, 0),
        (10, 6), (9, 5), (8, 4), (7, 3), (6, 2), (5, 1), (4, 0),
        (9, 6), (8, 5), (7, 4), (6, 3), (5, 2), (4, 1), (3, 0),
        (8, 6), (7, 5), (6, 4), (5, 3), (4, 2), (3, 1), (2, 0), (1, 0),
        (7, 6), (6, 5), (5, 4), (4, 3), (3, 2), (2, 1), (1, 1),
        (6, 6), (5, 5), (4, 4), (3, 3), (2, 2), (1, 2),
        (5, 6), (4, 5), (3, 4), (2, 3), (1, 3),
        (4, 6), (3, 5), (2, 4), (1, 4),
        (3, 6), (2, 5), (1, 5),
        (2, 6), (1, 6),
    ],
}
# What the network reads, and what its outputs are relative to: see model/internal/process/reals/reals.go.
COMPRESS_SCALE = 1.5
PRECISION_AT_ZERO = 1.2
PRECISION_STEPS = 6
LOG_OFFSET = 0.5
TEXTURE_GAIN = 0.4
TEXTURE_OFFSET = 0.3
TEXTURE_SHARE = 0.3
ACTIVITY_GAIN = 0.6
ACTIVITY_OFFSET = 0.2
# The predicted distribution.
MIN_LOG_SCALE = -3
MAX_LOG_SCALE = 6
UNIFORM_SHARE = 0.0001
MIN_MASS = 9.5367431640625e-07
# Wavelets by name, in the order of their numbers in weights files: predict taps over even neighbours at -3, -1, 1, 3, log2
# divisor; update taps over odd ones, log2 divisor.
LIFTINGS = {
    '5/3': ([0, 1, 1, 0], 1, [0, 1, 1, 0], 2),
    '9/7-M': ([-1, 9, 9, -1], 4, [0, 1, 1, 0], 2),
    '13/7-T': ([-1, 9, 9, -1], 4, [-1, 9, 9, -1], 5),
}
# Weights files: the first bytes; the versions that are known here, which are those without sizes and prior, with sizes, and with a prior;
# the bytes of a component of that; and how many steps an octave of τ has.
WEIGHTS_MAGIC = b'ddpw'
WEIGHTS_VERSION = 2
WEIGHTS_SIZES_VERSION = 5
WEIGHTS_PRIOR_VERSION = 6
PRIOR_COMPONENT = 182
SCALE_STEPS = 32

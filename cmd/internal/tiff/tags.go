package tiff

// Tags of fields, by their names in TIFF 6.0 and EXIF 2.3.
const (
	TagNewSubfileType            = 254
	TagSubfileType               = 255
	TagImageWidth                = 256
	TagImageLength               = 257
	TagBitsPerSample             = 258
	TagCompression               = 259
	TagPhotometricInterpretation = 262
	TagThresholding              = 263
	TagCellWidth                 = 264
	TagCellLength                = 265
	TagFillOrder                 = 266
	TagDocumentName              = 269
	TagImageDescription          = 270
	TagMake                      = 271
	TagModel                     = 272
	TagStripOffsets              = 273
	TagOrientation               = 274
	TagSamplesPerPixel           = 277
	TagRowsPerStrip              = 278
	TagStripByteCounts           = 279
	TagMinSampleValue            = 280
	TagMaxSampleValue            = 281
	TagXResolution               = 282
	TagYResolution               = 283
	TagPlanarConfiguration       = 284
	TagPageName                  = 285
	TagFreeOffsets               = 288
	TagFreeByteCounts            = 289
	TagT4Options                 = 292
	TagT6Options                 = 293
	TagResolutionUnit            = 296
	TagPageNumber                = 297
	TagSoftware                  = 305
	TagDateTime                  = 306
	TagArtist                    = 315
	TagHostComputer              = 316
	TagPredictor                 = 317
	TagWhitePoint                = 318
	TagPrimaryChromaticities     = 319
	TagColorMap                  = 320
	TagTileWidth                 = 322
	TagTileLength                = 323
	TagTileOffsets               = 324
	TagTileByteCounts            = 325
	TagBadFaxLines               = 326
	TagCleanFaxData              = 327
	TagConsecutiveBadFaxLines    = 328
	TagSubIFDs                   = 330
	TagInkSet                    = 332
	TagExtraSamples              = 338
	TagSampleFormat              = 339
	TagJPEGTables                = 347
	TagYCbCrCoefficients         = 529
	TagYCbCrSubSampling          = 530
	TagYCbCrPositioning          = 531
	TagReferenceBlackWhite       = 532
	TagXMP                       = 700
	TagCopyright                 = 33432
	TagIPTC                      = 33723
	TagPhotoshop                 = 34377
	TagEXIF                      = 34665 // a directory of its own
	TagICCProfile                = 34675
	TagGPS                       = 34853 // a directory of its own
	TagInteroperability          = 40965 // a directory of its own, within EXIF's
)

// Values of Compression.
const (
	compressionNone         = 1
	compressionFaxRows      = 2 // modified Huffman, rows begin at bytes
	compressionT4           = 3
	compressionT6           = 4
	compressionLZW          = 5
	compressionOldJPEG      = 6
	compressionJPEG         = 7
	compressionAdobeDeflate = 8
	compressionPackBits     = 32773
	compressionDeflate      = 32946
)

// compressionNames are of the methods that are not read.
var compressionNames = map[uint64]string{
	compressionOldJPEG: "old-style JPEG compression",
	9:                  "JBIG compression", 10: "JBIG compression", 34661: "JBIG compression",
	32766: "NeXT compression", 32771: "word-aligned fax compression", 32809: "ThunderScan compression",
	34676: "SGILog compression", 34677: "SGILog compression", 34712: "JPEG 2000 compression",
	33003: "JPEG 2000 compression", 33005: "JPEG 2000 compression",
	34887: "LERC compression", 34925: "LZMA compression", 50000: "Zstandard compression",
	50001: "WebP compression", 50002: "JPEG XL compression", 52546: "JPEG XL compression", 34892: "lossy JPEG compression of DNG",
}

// Values of PhotometricInterpretation.
const (
	minIsWhite  = 0
	minIsBlack  = 1
	rgb         = 2
	paletteRGB  = 3
	transparent = 4 // a mask
	separated   = 5 // CMYK and others
	yCbCr       = 6
)

// photometricNames are of the interpretations that are not read.
var photometricNames = map[uint64]string{
	transparent: "a transparency mask", 8: "the colour space L*a*b*", 9: "the colour space ICC L*a*b*", 10: "the colour space ITU L*a*b*",
	32803: "raw sensor data (a colour filter array)", 34892: "raw sensor data (LinearRaw)",
	32844: "the colour space LogL", 32845: "the colour space LogLuv", 51177: "a depth map", 52527: "a photometric mask",
}

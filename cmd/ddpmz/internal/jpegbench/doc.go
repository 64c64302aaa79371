// Package jpegbench measures ddpmz and its peers on JPEG files: their sizes, and the pictures that their beginnings hold.
//
// The picture of a JPEG file is what libjpeg-turbo's decoder makes of it. A file is cut after shares of the bytes that ddpmz makes
// of it, and the files of peers after as many bytes. Everything people look at is derived from a Report.
package jpegbench

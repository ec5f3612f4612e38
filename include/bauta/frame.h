// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_FRAME_H
#define BAUTA_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

// Pixel formats that travel through the pipeline as they are, all of 8 bits a sample.
enum bauta_pixel_format {
    BAUTA_PIXEL_NONE = 0,
    BAUTA_PIXEL_YUV420P,  // planes Y, U, V; chroma halved in both directions
    BAUTA_PIXEL_YUV422P,  // planes Y, U, V; chroma halved horizontally
    BAUTA_PIXEL_YUV444P,  // planes Y, U, V
    BAUTA_PIXEL_NV12,     // planes Y, interleaved UV; chroma halved in both directions
    BAUTA_PIXEL_RGB24,    // one plane R G B
    BAUTA_PIXEL_BGR24,    // one plane B G R
    BAUTA_PIXEL_RGBA,     // one plane R G B A; alpha is carried through unchanged, but
                          // where the label stands, which is never transparent
    BAUTA_PIXEL_BGRA,     // one plane B G R A; alpha likewise
    BAUTA_PIXEL_GRAY8,    // one plane Y
    BAUTA_PIXEL_COUNT
};

struct bauta_rational {
    int num, den;
};

// How samples mean light. Values are the code points of ITU-T H.273; 2 is unspecified.
struct bauta_colour {
    uint8_t primaries;
    uint8_t transfer;
    uint8_t matrix;
    uint8_t full_range;       // 1: 0-255, 0: 16-235/240. RGB is always full range.
    uint8_t chroma_location;  // 0 unknown, 1 left, 2 centre, 3 top-left
};

// A counted picture. The fields may be read by whoever holds a reference; pixels may be
// written only by the holder of the single reference (see bauta_frame_writable).
struct bauta_frame {
    enum bauta_pixel_format format;
    int width, height;           // in samples of plane 0, 1 to 16384
    uint8_t *data[4];            // first sample of each plane, NULL where there is none
    ptrdiff_t stride[4];         // bytes from a row to the next, may be negative
    struct bauta_colour colour;
    struct bauta_rational sample_aspect;  // 0/1: unknown, taken as square
    int rotation;                // clockwise degrees that bring it upright: 0 90 180 270
    int64_t pts;                 // in time_base units, INT64_MIN: unknown
    int64_t duration;            // in time_base units, 0: unknown
    struct bauta_rational time_base;      // seconds a unit
    int64_t captured_ns;         // monotonic clock when it was captured or decoded
    int64_t number;              // counts from 0 at the source
    int interlaced;              // 1: two fields in one picture
};

// Allocates a frame with uninitialised pixels, planes aligned to 64 bytes, strides a
// multiple of 64. The caller owns one reference. NULL when out of memory or when the
// size is out of range.
BAUTA_API struct bauta_frame *bauta_frame_new(enum bauta_pixel_format format, int width,
                                              int height);

// Wraps pixels that the caller owns. release(opaque) is called once when the last
// reference goes. Such a frame is taken as not writable.
BAUTA_API struct bauta_frame *bauta_frame_wrap(const struct bauta_frame *description,
                                               void (*release)(void *opaque),
                                               void *opaque);

// Adds a reference and returns the same frame. Thread-safe.
BAUTA_API struct bauta_frame *bauta_frame_ref(struct bauta_frame *frame);

// Drops the caller's reference and sets *frame to NULL. Accepts NULL and a NULL inside.
// Thread-safe.
BAUTA_API void bauta_frame_unref(struct bauta_frame **frame);

// Replaces *frame by a frame that only the caller holds, copying if needed. On failure
// *frame is unchanged. Returns 0 or BAUTA_E_NO_MEMORY.
BAUTA_API int bauta_frame_writable(struct bauta_frame **frame);

#ifdef __cplusplus
}
#endif
#endif

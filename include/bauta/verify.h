// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_VERIFY_H
#define BAUTA_VERIFY_H

#include <stdint.h>

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

// Looks for the marks that a file carries: the signed manifest (C2PA) and the watermark.
// What is found says something; what is not found says little: marks can be taken away.

enum bauta_manifest_state {
    BAUTA_MANIFEST_NONE,
    BAUTA_MANIFEST_UNKNOWN,   // of a form that is not known here
    BAUTA_MANIFEST_INVALID,   // the file or the manifest was changed after it was signed,
                              // or its signer's certificate is none for that
    BAUTA_MANIFEST_VALID,     // unchanged; who signed it leads to none of the anchors
    BAUTA_MANIFEST_TRUSTED,   // unchanged, and the signer leads to an anchor
    BAUTA_MANIFEST_SKIPPED,   // not looked for: a stream carries none
};

enum bauta_label_state {
    BAUTA_LABEL_SKIPPED,      // not looked for: the picture is too small, or there was none
    BAUTA_LABEL_ABSENT,       // seen in none of the frames that were looked at
    BAUTA_LABEL_SEEN,         // seen in one of them at least
};
// "skipped", "absent", "seen"; NULL out of range. Static storage.
BAUTA_API const char *bauta_label_state_name(enum bauta_label_state state);

// How much of it was looked at for the watermark.
enum bauta_inspect_part {
    BAUTA_PART_ALL,
    BAUTA_PART_SAMPLES,       // windows spread over the film, and what lies between two
                              // that differ
    BAUTA_PART_BEGINNING,     // the first most_seconds
    BAUTA_PART_STREAM,        // what came while it was watched
};
// "all", "samples", "beginning", "stream"; NULL out of range. Static storage.
BAUTA_API const char *bauta_inspect_part_name(enum bauta_inspect_part part);

// A stretch of the film, in seconds, in which the watermark was seen, or was not.
struct bauta_span {
    double start, end;
    double looked;            // seconds of it that were looked at
    int marked;
    float z;                  // the largest in it
};
#define BAUTA_SPANS_MAX 64

struct bauta_inspection {
    char sha256[65];          // of the file; empty where it is none
    int width, height;
    double seconds;           // of the film, or of a stream's part that was looked at; 0: a
                              // picture
    enum bauta_inspect_part part;
    double looked;            // seconds that were looked at for the watermark
    int windows;              // in how many pieces of at most four

    enum bauta_manifest_state manifest;
    char why[160];            // it is INVALID or UNKNOWN
    char title[128];          // what follows is the manifest's own claim
    char generator[64], signer[128];
    char source_type[64];     // IPTC's digital source type
    char actions[256], grounds[512], ingredient[128], label[32];
    int manifests;            // in the store

    int watermark;            // 1: seen in at least one window
    float z;                  // the largest, in standard deviations of chance
    int payload_known;
    unsigned session;         // of the watermark's payload
    int sessions_differ;      // windows carry different sessions: put together from several
    unsigned manifest_session;// as the manifest says, 0: it does not
    int mirrored, rotation;   // what happened to the picture since it was marked
    float place[4];           // x0 y0 x1 y1 of the marked frame in this one, 0..1 and beyond
    int span_count;
    struct bauta_span span[BAUTA_SPANS_MAX];  // in order; the last may be cut short

    enum bauta_label_state visible;           // the label that is drawn into the picture
    int label_frames, label_looked;           // in which it was seen, that were looked at
    float label_score;        // how much the best place looks like it, 0..1
    float label_place[4];     // x0 y0 x1 y1 of its plate in the upright picture, 0..1
    char label_text[64];      // what it says, UTF-8
};

struct bauta_inspect_params {
    const char *anchors;      // PEM certificates to trust; NULL: none
    double most_seconds;      // of a film's beginning that are looked at, 0: no such limit;
                              // of a stream, 0: BAUTA_STREAM_SECONDS
    int thorough;             // 1: all of a film is looked at, not samples of it
    int64_t spool_bytes;      // of "-", standard input, at most; 0: BAUTA_SPOOL_BYTES
};
#define BAUTA_SPOOL_BYTES ((int64_t)4 << 30)
#define BAUTA_STREAM_SECONDS 6.

// Reads a picture or film, or a stream: a camera ("v4l2:/dev/video0", "pipewire:NAME", a
// device's path) or a url of the network is looked at for most_seconds as it comes. "-"
// is standard input, which is kept in a nameless file in $TMPDIR or /tmp while it is
// looked at. On success *out is filled. BAUTA_E_NOT_FOUND, BAUTA_E_FORMAT,
// BAUTA_E_NO_VIDEO, BAUTA_E_PERMISSION, BAUTA_E_IO, BAUTA_E_NO_MEMORY with a log line.
// Thread-safe. Makes no network connection of its own.
BAUTA_API int bauta_inspect(const char *path, const struct bauta_inspect_params *params,
                            struct bauta_inspection *out);

// "none", "unknown", "invalid", "valid", "trusted", "skipped"; NULL out of range. Static
// storage.
BAUTA_API const char *bauta_manifest_state_name(enum bauta_manifest_state state);

#ifdef __cplusplus
}
#endif
#endif

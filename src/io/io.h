// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_IO_H
#define BT_IO_IO_H

#include <stdatomic.h>

#include "base/file.h"
#include "base/opt.h"
#include "frame/format.h"
#include "frame/marked.h"

// Options of sources and sinks, a part of the one option table.
struct bt_io_options {
    int force;        // overwrite the output
    float start;      // seconds into the input
    float duration;   // seconds, 0: to the end
    char *codec;      // NULL: by the container
    float quality;    // 0..100, -1: the codec's default here
    char *preset;     // the encoder's own word, NULL: a balanced one
    char *audio_codec; // NULL: copied where the container can, else its default
    int realtime;     // read files at their own pace
    char *microphone; // of PipeWire's, for live outputs; NULL: the source's own sound
    const atomic_int *stop;  // no option: where true, waiting for a device ends; or NULL
    const char *name;        // no option: what messages call the source, NULL: its url
    // No option: pictures are only looked at. Of a file, those that no other one needs are
    // left out where the decoder can, and sound is not read.
    bool glance;
};
extern const struct bt_opt bt_io_opts[];

// Option quality as the encoders are given it, 30..100 or -1: its 0 is the lowest that
// leaves the watermark in the pictures.
static inline float bt_quality(const struct bt_io_options *options)
{
    return options->quality < 0 ? options->quality : 30 + .7f * options->quality;
}

struct bt_source;
struct bt_sink;

struct bt_source_impl {
    const char *name, *desc;
    size_t priv_size;
    int (*open)(struct bt_source *s, const char *url);  // fills s->format
    int (*read)(struct bt_source *s, struct bauta_frame **frame);
    void (*close)(struct bt_source *s);
    int (*seek)(struct bt_source *s, double seconds);   // NULL: it cannot
};

struct bt_source {
    const struct bt_source_impl *impl;
    void *priv;
    const struct bt_io_options *options;
    struct bt_format format;
    int64_t frames_total;     // 0: unknown
    double length;            // seconds from the first frame to the end, 0: unknown
    int64_t count;            // frames delivered
    char *name;               // of the file or device, for messages
    struct bt_tracks *tracks; // sound, subtitles, chapters to carry over, or NULL
    // Set when reading ended before the file's own end (damaged or truncated), or when a
    // stream of the network broke off.
    int truncated;
};

// A url is "scheme:rest" for a scheme in the table, otherwise a path. The choice for
// paths: a folder → "folder", *.y4m and "-" → "y4m", else "file".
// options must outlive the source.
int bt_source_open(struct bt_source **out, const char *url,
                   const struct bt_io_options *options);
// The next frame, a reference of the caller's. BAUTA_E_END after the last. Frames carry
// number, pts, time_base, captured_ns (the device's own time where it gives one, the
// due time of files in real time, else the end of reading) and every property of the format; size and pixel
// format never change within a source (a change in the stream is converted to the first).
int bt_source_read(struct bt_source *source, struct bauta_frame **frame);
// Goes on at the last picture at or before that time which can be decoded by itself, and
// returns 0, or stays, where reading on gets there with less, and returns 1. The frames
// keep their times. BAUTA_E_END: there is none. BAUTA_E_UNSUPPORTED, without a log
// line: the source cannot, and stays where it is.
int bt_source_seek(struct bt_source *source, double seconds);
void bt_source_close(struct bt_source **source);

struct bt_sink_impl {
    const char *name, *desc;
    size_t priv_size;
    bool single;              // takes one frame; a live stream then ends this output
    bool pictures;            // each frame is kept as a picture of its own
    bool film;                // what is written is kept as one film
    bool paced;               // shows a live frame when it is written
    bool lasting;             // a device or a connection: opened again when it fails
    int (*open)(struct bt_sink *s, const char *url);
    int (*write)(struct bt_sink *s, struct bt_marked m);  // takes the reference, always
    // Ends the stream: flushes, completes the temporary file. s->temp then names it.
    int (*finish)(struct bt_sink *s);
    // Gives what was written its name. NULL: s->output is renamed, where there is one.
    int (*commit)(struct bt_sink *s);
    void (*close)(struct bt_sink *s);
};

struct bt_sink {
    const struct bt_sink_impl *impl;
    void *priv;
    const struct bt_io_options *options;
    struct bt_format format;  // of the frames that will come
    struct bt_tracks *tracks; // of the source, or NULL
    char *name;
    // After finish: the file to sign, or the folder whose files are to be signed one by
    // one (of a folder of pictures), or NULL.
    char *temp;
    struct bt_output output;  // zeroed where nothing is to be renamed
    const struct bt_source *origin;  // while opening only
    bool full;                // after write: no room for more, but for the end; finish now
    char digest[65];          // after finish of "hash:": SHA-256 of all frames
};

int bt_sink_open(struct bt_sink **out, const char *url, const struct bt_format *format,
                 const struct bt_source *origin, const struct bt_io_options *options);
// Takes the reference, also on failure.
int bt_sink_write(struct bt_sink *sink, struct bt_marked marked);
// No more frames; writes what is left. The engine may then sign sink->temp.
int bt_sink_finish(struct bt_sink *sink);
// Gives the file its name. Only after finish.
int bt_sink_commit(struct bt_sink *sink);
// Frees; removes a file that was not committed. Accepts NULL inside.
void bt_sink_close(struct bt_sink **sink);

// A microphone that is read on a thread of its own; its packets' times are those of the
// clock of bt_now_ns, in microseconds, to be moved to a stream's. name: "default", or one of
// PipeWire's. stop may be NULL. Logged: BAUTA_E_NOT_FOUND, BAUTA_E_UNSUPPORTED where the
// build is without PipeWire.
struct bt_microphone;
int bt_microphone_open(struct bt_microphone **out, const char *name,
                       const atomic_int *stop);
struct bt_tracks *bt_microphone_tracks(struct bt_microphone *microphone);
// Accepts NULL inside.
void bt_microphone_close(struct bt_microphone **microphone);

// Reads one picture, upright (EXIF orientation applied), as RGB24. At most 64 megapixels,
// 256 MB of file; at least 16x16. Errors are logged with the path.
int bt_picture_read(const char *path, struct bauta_frame **out);

// Whether path is a folder, after links.
bool bt_is_folder(const char *path);
// Calls each with the path of every picture in a folder, by the endings of their names
// and in the order of the numbers in them, until one does not return 0. Logged:
// BAUTA_E_NOT_FOUND where there is none.
int bt_folder_each(const char *folder, int (*each)(void *opaque, const char *path),
                   void *opaque);

extern const struct bt_source_impl *const bt_sources[];  // NULL-terminated
extern const struct bt_sink_impl *const bt_sinks[];      // NULL-terminated

#endif

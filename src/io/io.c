// SPDX-License-Identifier: Apache-2.0
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/av/network.h"
#include "io/av/tracks.h"
#include "io/picture.h"
#include "io/sources.h"

enum { SNIFF_BYTES = 1 << 16, PATH_BYTES_MAX = 4096 };

const struct bt_source_impl *const bt_sources[] = {
    &bt_source_file, &bt_source_picture, &bt_source_folder, &bt_source_y4m,
    &bt_source_test, &bt_source_v4l2,
#ifdef BT_HAVE_PIPEWIRE
    &bt_source_pipewire,
#endif
    NULL,
};

const struct bt_sink_impl *const bt_sinks[] = {
    &bt_sink_file, &bt_sink_picture, &bt_sink_folder, &bt_sink_y4m,
    &bt_sink_stream, &bt_sink_null, &bt_sink_hash, &bt_sink_v4l2,
#ifdef BT_HAVE_PIPEWIRE
    &bt_sink_pipewire,
#endif
    NULL,
};

// A source with what the common code keeps for itself.
struct source {
    struct bt_source s;
    int64_t first_ns;         // clock and time of the first frame, for realtime
    double first_s;
    bool started;
};

static bool has_ending(const char *path, const char *ending)
{
    const size_t length = strlen(path), n = strlen(ending);
    return length > n && !strcasecmp(path + length - n, ending);
}

bool bt_is_folder(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

bool bt_picture_ending(const char *path)
{
    return has_ending(path, ".jpg") || has_ending(path, ".jpeg") ||
           has_ending(path, ".png") || has_ending(path, ".webp");
}

// The rest of url after "name:", or NULL.
static const char *after_scheme(const char *url, const char *name)
{
    const size_t n = strlen(name);
    return !strncmp(url, name, n) && url[n] == ':' ? url + n + 1 : NULL;
}

// 1: it looks like a file that holds one picture.
static int looks_like_picture(const char *path)
{
    struct stat info;
    if (stat(path, &info) || !S_ISREG(info.st_mode))
        return 0;
    uint8_t *data = bt_alloc(SNIFF_BYTES);
    if (!data)
        return BAUTA_E_NO_MEMORY;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const ssize_t n = fd >= 0 ? read(fd, data, SNIFF_BYTES) : 0;
    const bool picture = n > 0 && bt_picture_sniff(data, (size_t)n) &&
                         !bt_picture_head(data, (size_t)n).moving;
    if (fd >= 0)
        close(fd);
    bt_free(data);
    return picture;
}

static int choose_source(const char **url, const struct bt_source_impl **impl)
{
    for (int i = 0; bt_sources[i]; i++) {
        const char *rest = after_scheme(*url, bt_sources[i]->name);
        if (rest) {
            *url = rest;
            *impl = bt_sources[i];
            return 0;
        }
    }
    int picture = 0;
    if (bt_is_folder(*url))
        *impl = &bt_source_folder;
    else if (bt_is_network(*url))
        *impl = &bt_source_file;
    else if (!strcmp(*url, "-") || has_ending(*url, ".y4m"))
        *impl = &bt_source_y4m;
    else if ((picture = looks_like_picture(*url)) >= 0)
        *impl = picture ? &bt_source_picture : &bt_source_file;
    return picture < 0 ? picture : 0;
}

static int check_length(const char *url)
{
    if (strlen(url) < PATH_BYTES_MAX)
        return 0;
    bt_error("a path of %zu bytes is too long", strlen(url));
    return BAUTA_E_USAGE;
}

// What messages call it.
static char *name_of(const char *url, const char *standard)
{
    char name[256];
    if (!bt_is_network(url))
        return bt_strdup(strcmp(url, "-") ? url : standard);
    bt_network_name(url, name, sizeof(name));
    return bt_strdup(name);
}

int bt_source_open(struct bt_source **out, const char *url,
                   const struct bt_io_options *options)
{
    int result = check_length(url);
    if (result < 0)
        return result;
    const struct bt_source_impl *impl = NULL;
    struct bt_source *s = NULL;
    struct source *full =
        choose_source(&url, &impl) < 0 ? NULL : bt_zalloc(sizeof(*full));
    if (!full)
        goto memory;
    s = &full->s;
    s->impl = impl;
    s->options = options;
    s->name = options->name ? bt_strdup(options->name)
              : *url        ? name_of(url, "standard input")
                            : bt_strdup(impl->name);
    s->priv = bt_zalloc(impl->priv_size);
    if (!s->name || !s->priv)
        goto memory;
    result = impl->open(s, url);
    if (result < 0)
        goto fail;
    bt_info("%s: %s %dx%d", s->name, bt_pixel_format(s->format.pixel)->name,
            s->format.width, s->format.height);
    *out = s;
    return 0;

memory:
    bt_error("%s: out of memory", url);
    result = BAUTA_E_NO_MEMORY;
fail:
    bt_source_close(&s);
    return result;
}

static double seconds(const struct bauta_frame *frame)
{
    const struct bauta_rational tb = frame->time_base;
    return tb.den > 0 ? (double)frame->pts * tb.num / tb.den : 0;
}

// Takes the options' cut to frames of sources that cannot seek. 1: leave the frame out.
static int cut(struct bt_source *s, struct bauta_frame *frame)
{
    const struct bt_io_options *o = s->options;
    const struct bauta_rational tb = frame->time_base;
    if (s->impl == &bt_source_file || s->impl == &bt_source_picture || tb.num < 1)
        return 0;
    const int64_t start = (int64_t)((double)o->start * tb.den / tb.num + 0.5);
    const int64_t length = (int64_t)((double)o->duration * tb.den / tb.num + 0.5);
    if (frame->pts < start)
        return 1;
    frame->pts -= start;
    return o->duration > 0 && frame->pts >= length ? BAUTA_E_END : 0;
}

// The time when a camera would have shown the frame; a frame that is far behind gets its own.
static void wait_until(struct source *full, struct bauta_frame *frame)
{
    enum { BEHIND_MOST_NS = 250000000 };
    const double at = seconds(frame);
    if (!full->started) {
        full->started = true;
        full->first_ns = bt_now_ns();
        full->first_s = at;
    }
    const int64_t due = full->first_ns + (int64_t)((at - full->first_s) * 1e9);
    const int64_t left = due - bt_now_ns();
    if (left > -BEHIND_MOST_NS && left <= (int64_t)10 * 1000000000)
        frame->captured_ns = due;
    // A jump in the timestamps must not stop the stream for good.
    if (left <= 0 || left > (int64_t)10 * 1000000000)
        return;
    const struct timespec time = {left / 1000000000, left % 1000000000};
    nanosleep(&time, NULL);
}

int bt_source_read(struct bt_source *source, struct bauta_frame **frame)
{
    struct source *full = (struct source *)source;
    for (;;) {
        struct bauta_frame *next = NULL;
        int result = source->impl->read(source, &next);
        if (result < 0)
            return result;
        result = cut(source, next);
        if (result) {
            bauta_frame_unref(&next);
            if (result < 0)
                return result;
            continue;
        }
        if (source->options->realtime && !source->format.live)
            wait_until(full, next);
        next->number = source->count++;
        if (!next->captured_ns)
            next->captured_ns = bt_now_ns();
        *frame = next;
        return 0;
    }
}

int bt_source_seek(struct bt_source *source, double seconds)
{
    return source->impl->seek ? source->impl->seek(source, seconds) : BAUTA_E_UNSUPPORTED;
}

void bt_source_close(struct bt_source **source)
{
    if (!source || !*source)
        return;
    struct bt_source *s = *source;
    if (s->impl && s->priv)
        s->impl->close(s);
    bt_tracks_unref(&s->tracks);
    bt_free(s->priv);
    bt_free(s->name);
    bt_free(s);
    *source = NULL;
}

static bool has_any_ending(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    return dot && dot[1] && dot != path && dot[-1] != '/';
}

static const struct bt_sink_impl *choose_sink(const char **url,
                                              const struct bt_source *origin)
{
    for (int i = 0; bt_sinks[i]; i++) {
        const char *rest = after_scheme(*url, bt_sinks[i]->name);
        if (rest) {
            *url = rest;
            return bt_sinks[i];
        }
    }
    if (bt_is_network(*url))
        return &bt_sink_stream;
    const size_t length = strlen(*url);
    if (bt_is_folder(*url) || (length && (*url)[length - 1] == '/'))
        return &bt_sink_folder;
    if (!strcmp(*url, "-") || has_ending(*url, ".y4m"))
        return &bt_sink_y4m;
    if (bt_picture_ending(*url))
        return &bt_sink_picture;
    const bool folder = origin && origin->impl == &bt_source_folder;
    return folder && !has_any_ending(*url) ? &bt_sink_folder : &bt_sink_file;
}

int bt_sink_output(struct bt_sink *s, const char *path)
{
    return bt_output_open(&s->output, path, s->options->force);
}

int bt_sink_open(struct bt_sink **out, const char *url, const struct bt_format *format,
                 const struct bt_source *origin, const struct bt_io_options *options)
{
    int result = check_length(url);
    if (result < 0)
        return result;
    const struct bt_sink_impl *impl = choose_sink(&url, origin);
    struct bt_sink *s = bt_zalloc(sizeof(*s));
    if (!s)
        goto memory;
    s->impl = impl;
    s->options = options;
    s->format = *format;
    s->origin = origin;
    s->tracks = origin && origin->tracks ? bt_tracks_ref(origin->tracks) : NULL;
    s->name = *url ? name_of(url, "standard output") : bt_strdup(impl->name);
    s->priv = bt_zalloc(impl->priv_size);
    if (!s->name || !s->priv)
        goto memory;
    result = impl->open(s, url);
    if (result < 0)
        goto fail;
    s->origin = NULL;
    if (s->tracks && impl != &bt_sink_file && impl != &bt_sink_stream)
        bt_tracks_discard(s->tracks);
    *out = s;
    return 0;

memory:
    bt_error("%s: out of memory", url);
    result = BAUTA_E_NO_MEMORY;
fail:
    bt_sink_close(&s);
    return result;
}

int bt_sink_write(struct bt_sink *sink, struct bt_marked marked)
{
    const struct bauta_frame *f = marked.frame;
    const struct bt_format *format = &sink->format;
    if (f->format == format->pixel && f->width == format->width &&
        f->height == format->height)
        return sink->impl->write(sink, marked);
    bt_error("%s: a frame of %dx%d does not fit the stream of %dx%d", sink->name,
             f->width, f->height, format->width, format->height);
    bauta_frame_unref(&marked.frame);
    return BAUTA_E_USAGE;
}

int bt_sink_finish(struct bt_sink *sink)
{
    const int result = sink->impl->finish(sink);
    if (result >= 0 && !sink->temp)
        sink->temp = sink->output.temp;
    return result;
}

int bt_sink_commit(struct bt_sink *sink)
{
    sink->temp = NULL;
    if (sink->impl->commit)
        return sink->impl->commit(sink);
    return sink->output.temp ? bt_output_commit(&sink->output) : 0;
}

void bt_sink_close(struct bt_sink **sink)
{
    if (!sink || !*sink)
        return;
    struct bt_sink *s = *sink;
    if (s->impl && s->priv)
        s->impl->close(s);
    bt_output_finish(&s->output);
    bt_tracks_unref(&s->tracks);
    bt_free(s->priv);
    bt_free(s->name);
    bt_free(s);
    *sink = NULL;
}

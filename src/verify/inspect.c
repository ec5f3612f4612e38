// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bauta/verify.h>

#include "base/file.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/thread.h"
#include "io/io.h"
#include "mark/c2pa/read/read.h"
#include "verify/look.h"
#include "verify/spool.h"

const char *bauta_manifest_state_name(enum bauta_manifest_state state)
{
    static const char *const names[] = {"none", "unknown", "invalid", "valid", "trusted",
                                        "skipped"};
    return state >= 0 && state <= BAUTA_MANIFEST_SKIPPED ? names[state] : NULL;
}

const char *bauta_label_state_name(enum bauta_label_state state)
{
    static const char *const names[] = {"skipped", "absent", "seen"};
    return state >= 0 && state <= BAUTA_LABEL_SEEN ? names[state] : NULL;
}

const char *bauta_inspect_part_name(enum bauta_inspect_part part)
{
    static const char *const names[] = {"all", "samples", "beginning", "stream"};
    return part >= 0 && part <= BAUTA_PART_STREAM ? names[part] : NULL;
}

// What is looked at.
struct subject {
    const char *path;         // or url
    const char *name;         // for messages, NULL: the path
    bool file;                // whose bytes can be read as often as wished
    char url[4096 + 8];       // of a device that was named by its path
    struct bt_spool spool;
};

static bool is_file(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISREG(info.st_mode);
}

#define COPY(to, from) snprintf(to, sizeof(to), "%s", from)

static int read_manifest(const struct subject *subject, const char *anchors,
                         struct bauta_inspection *out)
{
    const char *path = subject->path;
    struct bt_c2pa_file file;
    struct bt_c2pa_report report;
    int result = bt_c2pa_file_open(&file, path);
    if (result < 0)
        return result;
    result = bt_c2pa_file_beside(&file, path);
    if (result >= 0)
        result = bt_c2pa_check(&file, anchors, &report);
    bt_c2pa_file_close(&file);
    if (result < 0) {
        bt_error("%s: its manifest cannot be checked: %s", subject->name ? subject->name : path,
                 bauta_strerror(result));
        return result;
    }
    out->manifest = (enum bauta_manifest_state)report.state;
    out->manifests = report.manifests;
    out->manifest_session = report.session;
    COPY(out->why, report.why);
    COPY(out->title, report.title);
    COPY(out->generator, report.generator);
    COPY(out->signer, report.signer);
    COPY(out->source_type, report.source_type);
    COPY(out->actions, report.actions);
    COPY(out->grounds, report.grounds);
    COPY(out->ingredient, report.ingredient);
    COPY(out->label, report.label);
    return 0;
}

// What a file's bytes say, found out beside the looking at its pictures, whose parts of
// the result are others.
struct bytes {
    const struct subject *subject;
    const char *anchors;
    struct bauta_inspection *out;
    int result;
};

static void *read_bytes(void *opaque)
{
    struct bytes *b = opaque;
    b->result = bt_file_sha256(b->subject->path, b->out->sha256);
    if (b->result >= 0)
        b->result = read_manifest(b->subject, b->anchors, b->out);
    return NULL;
}

static int look_at(const struct subject *subject, const struct bauta_inspect_params *params,
                   struct bauta_inspection *out)
{
    struct bt_io_options options = {0};
    struct bt_source *source = NULL;
    struct stat info;
    int result = bt_opt_defaults(bt_io_opts, &options);
    if (result < 0)
        return result;
    options.glance = true;
    options.name = subject->name;
    result = bt_source_open(&source, subject->path, &options);
    if (result >= 0) {
        double most = params->most_seconds;
        out->width = source->format.width;
        out->height = source->format.height;
        if (source->format.live && most <= 0)
            most = BAUTA_STREAM_SECONDS;
        const bool sized = subject->file && !stat(subject->path, &info);
        result = bt_look(source, most, params->thorough, sized ? info.st_size : 0, out);
    }
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &options);
    return result;
}

static int inspect(const struct subject *subject, const struct bauta_inspect_params *params,
                   struct bauta_inspection *out)
{
    struct bytes bytes = {subject, params->anchors, out, 0};
    bt_thread thread;
    const bool beside =
        subject->file && bt_thread_start(&thread, read_bytes, &bytes) >= 0;
    if (!subject->file)
        out->manifest = BAUTA_MANIFEST_SKIPPED;
    else if (!beside)
        read_bytes(&bytes);
    const int result = look_at(subject, params, out);
    if (beside)
        bt_thread_join(thread);
    if (bytes.result < 0)
        return bytes.result;
    // Of a file that cannot be shown its manifest still tells that it was changed.
    const bool told = out->manifest != BAUTA_MANIFEST_NONE &&
                      out->manifest != BAUTA_MANIFEST_SKIPPED;
    return told && result != BAUTA_E_NO_MEMORY ? 0 : result;
}

int bauta_inspect(const char *path, const struct bauta_inspect_params *params,
                  struct bauta_inspection *out)
{
    static const struct bauta_inspect_params plain;
    struct subject subject = {.path = path, .spool.fd = -1};
    struct stat info;
    int result = 0;
    if (!path || !out) {
        bt_error("bauta_inspect: an argument is missing");
        return BAUTA_E_USAGE;
    }
    memset(out, 0, sizeof(*out));
    params = params ? params : &plain;
    if (!strcmp(path, "-")) {
        subject.name = "standard input";
        result = bt_spool_read(&subject.spool, STDIN_FILENO,
                               params->spool_bytes > 0 ? params->spool_bytes
                                                       : BAUTA_SPOOL_BYTES, subject.name);
        subject.path = subject.spool.path;
    } else if (strlen(path) <= 4096 && !stat(path, &info) && S_ISCHR(info.st_mode)) {
        snprintf(subject.url, sizeof(subject.url), "v4l2:%s", path);
        subject.path = subject.url;
    }
    subject.file = result >= 0 && is_file(subject.path);
    if (result >= 0)
        result = inspect(&subject, params, out);
    bt_spool_close(&subject.spool);
    return result;
}

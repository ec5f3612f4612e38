// SPDX-License-Identifier: Apache-2.0
#include "io/facts.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "io/av/decode.h"

enum { INDEX_MAX = 64 << 20, BOXES_MAX = 4096, DEPTH_MAX = 6, PACKETS_MAX = 64, ENTRIES_MAX = 1 << 16 };

// Foreign text as one printable line of UTF-8: what is none becomes '?'.
static void put(char *out, size_t size, const char *text)
{
    size_t n = strlen(out);
    for (const uint8_t *t = (const uint8_t *)text; t && *t;) {
        const int more = *t < 0x80                     ? 0
                         : *t >= 0xc2 && *t <= 0xdf    ? 1
                         : *t >= 0xe0 && *t <= 0xef    ? 2
                         : *t >= 0xf0 && *t <= 0xf4    ? 3
                                                       : -1;
        int good = more >= 0 && *t >= 0x20 && *t != 0x7f;
        for (int k = 1; k <= more && good; k++)
            good = (t[k] & 0xc0) == 0x80;
        const size_t length = good ? (size_t)more + 1 : 1;
        if (n + length >= size)
            break;
        if (good)
            memcpy(out + n, t, length);
        else
            out[n] = '?';
        n += length;
        t += length;
    }
    out[n] = 0;
}

static const char *tag(const AVDictionary *tags, const char *name)
{
    const AVDictionaryEntry *e = av_dict_get(tags, name, NULL, 0);
    return e && e->value[0] ? e->value : NULL;
}

// Of these names the first that is there.
static const char *first_tag(const AVDictionary *tags, const char *const *names)
{
    const char *found = NULL;
    for (int i = 0; names[i] && !found; i++)
        found = tag(tags, names[i]);
    return found;
}

static void read_tags(const AVFormatContext *format, const AVStream *stream,
                      struct bt_facts *out)
{
    static const char *const programs[] = {"com.apple.quicktime.software", "encoder",
                                           "software", "encoded_by", NULL};
    static const char *const makers[] = {"com.apple.quicktime.make",
                                         "com.android.manufacturer", "make", NULL};
    static const char *const models[] = {"com.apple.quicktime.model", "com.android.model",
                                         "com.android.version", "model", NULL};
    static const char *const times[] = {"com.apple.quicktime.creationdate",
                                        "creation_time", "date", NULL};
    static const char *const places[] = {"com.apple.quicktime.location.ISO6709", "location",
                                         NULL};
    const char *maker = first_tag(format->metadata, makers);
    put(out->encoder, sizeof out->encoder, first_tag(format->metadata, programs));
    put(out->video_encoder, sizeof out->video_encoder, tag(stream->metadata, "encoder"));
    put(out->device, sizeof out->device, maker);
    if (maker && first_tag(format->metadata, models))
        put(out->device, sizeof out->device, " ");
    put(out->device, sizeof out->device, first_tag(format->metadata, models));
    put(out->made, sizeof out->made, first_tag(format->metadata, times));
    out->place = first_tag(format->metadata, places) != NULL;
}

// x264 and x265 leave a note in the first picture.
static void find_note(const AVPacket *packet, struct bt_facts *out)
{
    static const char *const notes[] = {"x264 - core ", "x265 (build "};
    for (int i = 0; i < 2; i++) {
        const size_t length = strlen(notes[i]);
        const uint8_t *at = packet->size > 0
                                ? memmem(packet->data, (size_t)packet->size, notes[i], length)
                                : NULL;
        char text[32];
        if (!at)
            continue;
        const size_t left = (size_t)(packet->data + packet->size - at);
        snprintf(text, sizeof text, "%.*s", (int)(left < 24 ? left : 24), (const char *)at);
        text[length + strcspn(text + length, " )\n")] = 0;
        if (out->video_encoder[0])
            put(out->video_encoder, sizeof out->video_encoder, ", ");
        put(out->video_encoder, sizeof out->video_encoder, text);
    }
}

static void read_media(const char *path, struct bt_facts *out)
{
    struct bt_tracks *tracks = bt_tracks_create();
    struct bt_decode d = {.name = path, .glance = true};
    if (tracks && bt_decode_open(&d, path, tracks) >= 0) {
        put(out->container, sizeof out->container, d.format->iformat->name);
        put(out->video, sizeof out->video, avcodec_get_name(d.stream->codecpar->codec_id));
        for (unsigned i = 0; i < d.format->nb_streams && !out->audio[0]; i++) {
            const AVCodecParameters *par = d.format->streams[i]->codecpar;
            if (par->codec_type == AVMEDIA_TYPE_AUDIO)
                put(out->audio, sizeof out->audio, avcodec_get_name(par->codec_id));
        }
        if (d.format->duration > 0)
            out->seconds = (double)d.format->duration / AV_TIME_BASE;
        read_tags(d.format, d.stream, out);
        for (int i = 0; i < PACKETS_MAX && av_read_frame(d.format, d.packet) >= 0; i++) {
            const bool pictures = d.packet->stream_index == d.stream->index;
            if (pictures)
                find_note(d.packet, out);
            av_packet_unref(d.packet);
            if (pictures)
                break;
        }
    }
    bt_decode_close(&d);
    bt_tracks_unref(&tracks);
}

// Edit lists ----------------------------------------------------------------------------

static uint64_t be(const uint8_t *b, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | b[i];
    return value;
}

struct walk {
    int boxes, most;
};

static void walk(struct walk *w, const uint8_t *data, uint64_t size, int depth)
{
    for (uint64_t at = 0; at + 8 <= size && w->boxes < BOXES_MAX; w->boxes++) {
        uint64_t length = be(data + at, 4), head = 8;
        const uint8_t *type = data + at + 4;
        if (length == 1 && at + 16 <= size) {
            length = be(data + at + 8, 8);
            head = 16;
        } else if (length == 0) {
            length = size - at;
        }
        if (length < head || length > size - at)
            return;
        const uint8_t *inside = data + at + head;
        const bool folder = !memcmp(type, "moov", 4) || !memcmp(type, "trak", 4) ||
                            !memcmp(type, "edts", 4);
        if (folder && depth < DEPTH_MAX)
            walk(w, inside, length - head, depth + 1);
        if (!memcmp(type, "elst", 4) && length - head >= 8) {
            const uint64_t each = inside[0] ? 20 : 12, room = (length - head - 8) / each;
            const uint64_t said = be(inside + 4, 4), count = said < room ? said : room;
            int entries = 0;
            // An empty one only delays what follows: its media time is -1.
            for (uint64_t n = 0; n < count && n < ENTRIES_MAX; n++) {
                const uint8_t *entry = inside + 8 + n * each;
                const int half = inside[0] ? 8 : 4;
                entries += be(entry + half, half) != UINT64_MAX >> (64 - 8 * half);
            }
            w->most = entries > w->most ? entries : w->most;
        }
        at += length;
    }
}

int bt_facts_edits(const unsigned char *data, unsigned long size)
{
    struct walk w = {0};
    walk(&w, data, size, 0);
    return w.most;
}

// The moov box of a file, which the caller frees; NULL: none.
static uint8_t *read_index(const char *path, uint64_t *size)
{
    FILE *file = fopen(path, "rbe");
    uint8_t head[16], *data = NULL;
    struct stat info;
    if (!file || fstat(fileno(file), &info))
        goto done;
    const uint64_t all = (uint64_t)info.st_size;
    for (uint64_t at = 0, n = 0; n < BOXES_MAX && at + 8 <= all; n++) {
        if (fseeko(file, (off_t)at, SEEK_SET) || fread(head, 1, 8, file) != 8)
            break;
        uint64_t length = be(head, 4);
        if (n == 0 && memcmp(head + 4, "ftyp", 4) != 0)
            break;
        if (length == 1)
            length = fread(head + 8, 1, 8, file) == 8 ? be(head + 8, 8) : 0;
        if (length < 8 || length > all - at)
            break;
        if (!memcmp(head + 4, "moov", 4) && length <= INDEX_MAX) {
            data = bt_alloc(length);
            if (data && (fseeko(file, (off_t)at, SEEK_SET) ||
                         fread(data, 1, length, file) != length))
                bt_freep(&data);
            *size = length;
            break;
        }
        at += length;
    }

done:
    if (file)
        fclose(file);
    return data;
}

void bt_facts_read(const char *path, struct bt_facts *out)
{
    uint64_t size = 0;
    *out = (struct bt_facts){.edits = -1};
    uint8_t *index = read_index(path, &size);
    if (index)
        out->edits = bt_facts_edits(index, size);
    bt_free(index);
    read_media(path, out);
}

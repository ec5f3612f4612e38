// SPDX-License-Identifier: Apache-2.0
#include "io/av/tracks.h"

#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"
#include "io/av/plain.h"

// Without a sink packets wait a little, then nobody will come for them. With one they
// wait for the pictures of their time.
static const size_t waiting_max = (size_t)64 << 20;
static const size_t attached_max = (size_t)1 << 30;
static const size_t copied_max = (size_t)16 << 20;
enum { RING_START = 256 };

struct bt_tracks {
    atomic_int references;
    int count;
    struct bt_track track[BT_TRACKS_MAX];
    int chapter_count;
    struct bt_chapter *chapters;
    AVDictionary *metadata;
    struct bt_tracks_picture picture;
    int64_t base;
    AVRational base_tb;
    bool cut;
    int64_t end_us;
    bool copied;                  // the sound of a live stream

    bt_mutex lock;                // for all that follows
    AVPacket **ring;
    size_t room, first, used, bytes;
    int64_t reached_us[BT_TRACKS_MAX];
    bool attached, discarded, ended, lost;
};

static const AVRational us = {1, 1000000};

struct bt_tracks *bt_tracks_create(void)
{
    struct bt_tracks *t = bt_zalloc(sizeof(*t));
    if (!t)
        return NULL;
    if (bt_mutex_init(&t->lock) < 0) {
        bt_free(t);
        return NULL;
    }
    atomic_init(&t->references, 1);
    t->base_tb = us;
    t->end_us = INT64_MAX;
    for (int i = 0; i < BT_TRACKS_MAX; i++)
        t->reached_us[i] = INT64_MIN;
    return t;
}

struct bt_tracks *bt_tracks_ref(struct bt_tracks *tracks)
{
    atomic_fetch_add_explicit(&tracks->references, 1, memory_order_relaxed);
    return tracks;
}

static void empty_ring(struct bt_tracks *t)
{
    for (; t->used; t->used--) {
        av_packet_free(&t->ring[t->first]);
        t->first = (t->first + 1) % t->room;
    }
    t->bytes = 0;
}

void bt_tracks_unref(struct bt_tracks **tracks)
{
    if (!tracks || !*tracks)
        return;
    struct bt_tracks *t = *tracks;
    *tracks = NULL;
    if (atomic_fetch_sub_explicit(&t->references, 1, memory_order_acq_rel) > 1)
        return;
    empty_ring(t);
    bt_free(t->ring);
    for (int i = 0; i < t->count; i++) {
        avcodec_parameters_free(&t->track[i].par);
        av_dict_free(&t->track[i].metadata);
    }
    for (int i = 0; i < t->chapter_count; i++)
        bt_free(t->chapters[i].title);
    bt_free(t->chapters);
    av_dict_free(&t->metadata);
    bt_mutex_finish(&t->lock);
    bt_free(t);
}

// Keys that say what the work is, not where, when or with which device it was taken.
static const char *const harmless[] = {
    "title", "artist", "album", "album_artist", "composer", "performer", "genre", "track",
    "disc", "copyright", "comment", "description", "synopsis", "show", "publisher", NULL};
static const char *const of_track[] = {"language", "title", NULL};

static int copy_keys(AVDictionary **to, const AVDictionary *from, const char *const *keys)
{
    for (int i = 0; keys[i]; i++) {
        const AVDictionaryEntry *entry = av_dict_get(from, keys[i], NULL, 0);
        if (entry && bt_plain_text(entry->value) &&
            av_dict_set(to, keys[i], entry->value, 0) < 0)
            return BAUTA_E_NO_MEMORY;
    }
    return 0;
}

static int add_track(struct bt_tracks *t, const AVStream *stream, const char *name)
{
    if (t->count == BT_TRACKS_MAX) {
        bt_warn("%s: more than %d tracks; stream %d is not carried over", name,
                BT_TRACKS_MAX, stream->index);
        return 0;
    }
    struct bt_track *track = &t->track[t->count];
    track->par = avcodec_parameters_alloc();
    if (!track->par)
        return BAUTA_E_NO_MEMORY;
    t->count++;
    track->stream = stream->index;
    track->time_base = stream->time_base;
    track->disposition = stream->disposition & ~AV_DISPOSITION_ATTACHED_PIC;
    if (avcodec_parameters_copy(track->par, stream->codecpar) < 0)
        return BAUTA_E_NO_MEMORY;
    if (!bt_plain_header(track->par)) {
        bt_warn("%s: stream %d is not carried over, as its header is not understood", name,
                stream->index);
        t->count--;
        avcodec_parameters_free(&track->par);
        return 0;
    }
    return copy_keys(&track->metadata, stream->metadata, of_track);
}

static int describe_stream(struct bt_tracks *t, const AVStream *stream, const char *name)
{
    const AVCodecParameters *par = stream->codecpar;
    const bool sound = par->codec_type == AVMEDIA_TYPE_AUDIO;
    if ((sound && par->codec_id != AV_CODEC_ID_NONE) ||
        (par->codec_type == AVMEDIA_TYPE_SUBTITLE && par->codec_id != AV_CODEC_ID_NONE))
        return add_track(t, stream, name);
    if (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) {
        bt_info("%s: the attached picture (stream %d) is not carried over, as it may "
                "show the original face",
                name, stream->index);
    } else if (par->codec_type == AVMEDIA_TYPE_VIDEO) {
        bt_warn("%s: video stream %d is not carried over; one is worked on", name,
                stream->index);
    } else if (sound || par->codec_type == AVMEDIA_TYPE_SUBTITLE) {
        bt_warn("%s: stream %d is of an unknown kind and not carried over", name,
                stream->index);
    } else {
        bt_info("%s: stream %d holds no sound or subtitles and is not carried over", name,
                stream->index);
    }
    return 0;
}

int bt_tracks_describe(struct bt_tracks *tracks, const AVFormatContext *format, int video,
                       const char *name)
{
    struct bt_tracks *t = tracks;
    int result = copy_keys(&t->metadata, format->metadata, harmless);
    for (unsigned i = 0; i < format->nb_streams && result >= 0; i++) {
        if ((int)i != video)
            result = describe_stream(t, format->streams[i], name);
    }
    const bool many = format->nb_chapters > BT_CHAPTERS_MAX;
    const unsigned chapters = many ? BT_CHAPTERS_MAX : format->nb_chapters;
    if (many)
        bt_warn("%s: only the first %d chapters are carried over", name, BT_CHAPTERS_MAX);
    if (chapters && result >= 0) {
        t->chapters = bt_alloc_array(chapters, sizeof(*t->chapters));
        result = t->chapters ? 0 : BAUTA_E_NO_MEMORY;
    }
    for (unsigned i = 0; i < chapters && result >= 0; i++) {
        const AVChapter *chapter = format->chapters[i];
        const AVDictionaryEntry *title =
            av_dict_get(chapter->metadata, "title", NULL, 0);
        struct bt_chapter *to = &t->chapters[i];
        title = title && bt_plain_text(title->value) ? title : NULL;
        to->start_us = av_rescale_q(chapter->start, chapter->time_base, us);
        to->end_us = av_rescale_q(chapter->end, chapter->time_base, us);
        to->title = title ? bt_strdup(title->value) : NULL;
        t->chapter_count++;
        if (title && !to->title)
            result = BAUTA_E_NO_MEMORY;
    }
    if (result < 0)
        bt_error("%s: out of memory for its list of tracks", name);
    return result;
}

void bt_tracks_window(struct bt_tracks *tracks, int64_t base, AVRational base_tb,
                      bool cut, int64_t end_us)
{
    struct bt_tracks *t = tracks;
    t->base = base;
    t->base_tb = base_tb;
    t->cut = cut;
    t->end_us = end_us;
    const int64_t base_us = av_rescale_q(base, base_tb, us);
    int kept = 0;
    for (int i = 0; i < t->chapter_count; i++) {
        struct bt_chapter c = t->chapters[i];
        c.start_us = av_sat_sub64(c.start_us, base_us);
        c.end_us = av_sat_sub64(c.end_us, base_us);
        if (c.end_us <= 0 || c.start_us >= end_us) {
            bt_free(c.title);
            continue;
        }
        c.start_us = c.start_us < 0 ? 0 : c.start_us;
        c.end_us = c.end_us > end_us ? end_us : c.end_us;
        t->chapters[kept++] = c;
    }
    t->chapter_count = kept;
}

static int track_of(const struct bt_tracks *t, int stream)
{
    for (int i = 0; i < t->count; i++) {
        if (t->track[i].stream == stream)
            return i;
    }
    return -1;
}

static bool grow(struct bt_tracks *t)
{
    if (t->used < t->room)
        return true;
    const size_t room = t->room ? t->room * 2 : RING_START;
    AVPacket **ring = bt_alloc_array(room, sizeof(*ring));
    if (!ring)
        return false;
    for (size_t i = 0; i < t->used; i++)
        ring[i] = t->ring[(t->first + i) % t->room];
    bt_free(t->ring);
    t->ring = ring;
    t->room = room;
    t->first = 0;
    return true;
}

static void drop_first(struct bt_tracks *t)
{
    t->bytes -= (size_t)t->ring[t->first]->size;
    av_packet_free(&t->ring[t->first]);
    t->first = (t->first + 1) % t->room;
    t->used--;
}

// False where the packet cannot be kept, for want of room or of a sink.
static bool has_room(struct bt_tracks *t, const AVPacket *packet)
{
    while (t->copied && t->used && t->bytes + (size_t)packet->size > copied_max)
        drop_first(t);
    const size_t limit = t->attached ? attached_max : waiting_max;
    if (!t->lost && t->bytes + (size_t)packet->size <= limit)
        return true;
    if (!t->lost && t->attached)
        bt_warn("the sound runs more than %zu MB ahead of its pictures; what follows is "
                "left out", attached_max >> 20);
    if (!t->attached)
        empty_ring(t);
    t->lost = true;
    return false;
}

int bt_tracks_push(struct bt_tracks *tracks, AVPacket *packet)
{
    struct bt_tracks *t = tracks;
    const int index = track_of(t, packet->stream_index);
    if (index < 0 || packet->flags & AV_PKT_FLAG_CORRUPT) {
        av_packet_unref(packet);
        return 0;
    }
    int result = 0;
    bt_mutex_lock(&t->lock);
    const int64_t pts = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if (pts != AV_NOPTS_VALUE)
        t->reached_us[index] = av_rescale_q(pts, t->track[index].time_base, us);
    if (t->discarded || !has_room(t, packet)) {
        av_packet_unref(packet);
        goto done;
    }
    AVPacket *kept = grow(t) ? av_packet_alloc() : NULL;
    if (!kept) {
        av_packet_unref(packet);
        result = BAUTA_E_NO_MEMORY;
        goto done;
    }
    av_packet_move_ref(kept, packet);
    kept->stream_index = index;
    t->ring[(t->first + t->used++) % t->room] = kept;
    t->bytes += (size_t)kept->size;

done:
    bt_mutex_unlock(&t->lock);
    return result;
}

void bt_tracks_end(struct bt_tracks *tracks)
{
    bt_mutex_lock(&tracks->lock);
    tracks->ended = true;
    bt_mutex_unlock(&tracks->lock);
}

bool bt_tracks_past_end(struct bt_tracks *tracks)
{
    const int64_t base_us = av_rescale_q(tracks->base, tracks->base_tb, us);
    const int64_t end_us = av_sat_add64(tracks->end_us, base_us);
    bool past = true;
    bt_mutex_lock(&tracks->lock);
    for (int i = 0; i < tracks->count; i++) {
        const bool sound = tracks->track[i].par->codec_type == AVMEDIA_TYPE_AUDIO;
        past = past && (!sound || tracks->reached_us[i] >= end_us);
    }
    past = past || tracks->discarded;
    bt_mutex_unlock(&tracks->lock);
    return past;
}

struct bt_tracks_picture *bt_tracks_picture(struct bt_tracks *tracks)
{
    return &tracks->picture;
}

void bt_tracks_attach(struct bt_tracks *tracks, const char *name)
{
    bt_mutex_lock(&tracks->lock);
    if (tracks->lost)
        bt_warn("%s: sound was read before there was an output for it and is lost", name);
    tracks->attached = true;
    tracks->lost = false;
    bt_mutex_unlock(&tracks->lock);
}

int bt_tracks_create_sound(struct bt_tracks **out, const AVCodecParameters *par,
                           AVRational time_base)
{
    struct bt_tracks *t = bt_tracks_create();
    AVCodecParameters *copy = t ? avcodec_parameters_alloc() : NULL;
    if (!copy || avcodec_parameters_copy(copy, par) < 0) {
        avcodec_parameters_free(&copy);
        bt_tracks_unref(&t);
        return BAUTA_E_NO_MEMORY;
    }
    t->track[0] = (struct bt_track){.par = copy, .time_base = time_base, .raw = true};
    t->count = 1;
    t->copied = true;
    *out = t;
    return 0;
}

int bt_tracks_copy_sound(const struct bt_tracks *tracks, struct bt_tracks **out)
{
    struct bt_tracks *t = bt_tracks_create();
    int result = t ? 0 : BAUTA_E_NO_MEMORY;
    *out = NULL;
    for (int i = 0; i < tracks->count && result >= 0; i++) {
        const struct bt_track *from = &tracks->track[i];
        struct bt_track *to = &t->track[t->count];
        if (from->par->codec_type != AVMEDIA_TYPE_AUDIO)
            continue;
        to->par = avcodec_parameters_alloc();
        t->count += to->par != NULL;
        to->stream = from->stream;
        to->time_base = from->time_base;
        to->disposition = from->disposition;
        to->raw = from->raw;
        if (!to->par || avcodec_parameters_copy(to->par, from->par) < 0 ||
            av_dict_copy(&to->metadata, from->metadata, 0) < 0)
            result = BAUTA_E_NO_MEMORY;
    }
    if (t)
        t->copied = true;
    if (result >= 0 && t->count)
        *out = t;
    else
        bt_tracks_unref(&t);
    return result;
}

bool bt_tracks_is_copy(const struct bt_tracks *tracks)
{
    return tracks->copied;
}

void bt_tracks_discard(struct bt_tracks *tracks)
{
    bt_mutex_lock(&tracks->lock);
    tracks->discarded = true;
    empty_ring(tracks);
    bt_mutex_unlock(&tracks->lock);
}

int bt_tracks_count(const struct bt_tracks *tracks)
{
    return tracks->count;
}

const struct bt_track *bt_tracks_at(const struct bt_tracks *tracks, int index)
{
    return index >= 0 && index < tracks->count ? &tracks->track[index] : NULL;
}

int bt_tracks_chapters(const struct bt_tracks *tracks, const struct bt_chapter **chapters)
{
    *chapters = tracks->chapters;
    return tracks->chapter_count;
}

const AVDictionary *bt_tracks_metadata(const struct bt_tracks *tracks)
{
    return tracks->metadata;
}

// Gives the packet the output's times. False where it lies outside of the window.
static bool place(const struct bt_tracks *t, AVPacket *packet)
{
    const AVRational tb = t->track[packet->stream_index].time_base;
    const bool sound =
        t->track[packet->stream_index].par->codec_type == AVMEDIA_TYPE_AUDIO;
    const int64_t base = av_rescale_q(t->base, t->base_tb, tb);
    if (packet->dts == AV_NOPTS_VALUE)
        packet->dts = packet->pts;
    if (packet->pts == AV_NOPTS_VALUE)
        packet->pts = packet->dts;
    if (packet->pts == AV_NOPTS_VALUE)
        return false;
    packet->pts = av_sat_sub64(packet->pts, base);
    packet->dts = av_sat_sub64(packet->dts, base);
    if (t->end_us != INT64_MAX) {
        const int64_t end = av_rescale_q(t->end_us, us, tb);
        if (packet->pts >= end)
            return false;
        if (!sound && packet->duration > end - packet->pts)
            packet->duration = end - packet->pts;
    }
    if (!t->cut || packet->pts >= 0)
        return true;
    // A packet of sound belongs to the side on which most of it lies; a subtitle is shown
    // for what is left of its time.
    if (sound)
        return packet->pts + packet->duration / 2 >= 0;
    packet->duration += packet->pts;
    packet->pts = packet->dts = 0;
    return packet->duration > 0;
}

int bt_tracks_pop(struct bt_tracks *tracks, int64_t limit_us, AVPacket *packet)
{
    struct bt_tracks *t = tracks;
    int result = BAUTA_E_AGAIN;
    const int64_t base_us = av_rescale_q(t->base, t->base_tb, us);
    const int64_t limit =
        limit_us == INT64_MAX ? limit_us : av_sat_add64(limit_us, base_us);
    bt_mutex_lock(&t->lock);
    while (t->used && result < 0) {
        AVPacket *first = t->ring[t->first];
        const AVRational tb = t->track[first->stream_index].time_base;
        const int64_t time = first->dts != AV_NOPTS_VALUE ? first->dts : first->pts;
        if (time != AV_NOPTS_VALUE && av_rescale_q(time, tb, us) > limit)
            break;
        t->ring[t->first] = NULL;
        t->first = (t->first + 1) % t->room;
        t->used--;
        t->bytes -= (size_t)first->size;
        if (place(t, first)) {
            av_packet_move_ref(packet, first);
            result = 0;
        }
        av_packet_free(&first);
    }
    bt_mutex_unlock(&t->lock);
    return result;
}

bool bt_tracks_ended(struct bt_tracks *tracks)
{
    bt_mutex_lock(&tracks->lock);
    const bool ended = tracks->ended;
    bt_mutex_unlock(&tracks->lock);
    return ended;
}

// SPDX-License-Identifier: Apache-2.0
#include "io/av/relay.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

static const AVRational us = {1, 1000000};

int bt_relay_init(struct bt_relay *relay)
{
    memset(relay, 0, sizeof(*relay));
    return bt_mutex_init(&relay->lock);
}

void bt_relay_reset(struct bt_relay *relay)
{
    bt_mutex_lock(&relay->lock);
    bt_tracks_unref(&relay->like);
    bt_tracks_unref(&relay->from);
    bt_mutex_unlock(&relay->lock);
}

void bt_relay_finish(struct bt_relay *relay)
{
    bt_relay_reset(relay);
    for (int i = 0; i < relay->count; i++)
        bt_tracks_unref(&relay->tap[i]);
    bt_free(relay->tap);
    av_packet_free(&relay->packet);
    bt_mutex_finish(&relay->lock);
}

static bool alike(const AVCodecParameters *a, const AVCodecParameters *b)
{
    return a->codec_type == AVMEDIA_TYPE_AUDIO && a->codec_type == b->codec_type &&
           a->codec_id == b->codec_id && a->sample_rate == b->sample_rate &&
           a->ch_layout.nb_channels == b->ch_layout.nb_channels &&
           a->extradata_size == b->extradata_size &&
           (!a->extradata_size ||
            !memcmp(a->extradata, b->extradata, (size_t)a->extradata_size));
}

// Which track of like each track of from is.
static void match(struct bt_relay *r, const char *name)
{
    const int count = bt_tracks_count(r->from), known = bt_tracks_count(r->like);
    bool taken[BT_TRACKS_MAX] = {false};
    for (int i = 0; i < count; i++) {
        const AVCodecParameters *par = bt_tracks_at(r->from, i)->par;
        r->of_like[i] = -1;
        for (int k = 0; k < known && r->of_like[i] < 0; k++) {
            if (taken[k] || !alike(par, bt_tracks_at(r->like, k)->par))
                continue;
            taken[k] = true;
            r->of_like[i] = k;
        }
        if (r->of_like[i] < 0 && par->codec_type == AVMEDIA_TYPE_AUDIO)
            bt_warn("%s: its sound came back in another form and is left out", name);
    }
}

int bt_relay_source(struct bt_relay *relay, struct bt_tracks *tracks, const char *name)
{
    struct bt_relay *r = relay;
    int result = 0;
    bt_mutex_lock(&r->lock);
    bt_tracks_unref(&r->from);
    if (!tracks)
        goto done;
    if (!r->packet)
        r->packet = av_packet_alloc();
    if (!r->packet) {
        result = BAUTA_E_NO_MEMORY;
        goto done;
    }
    if (!r->like)
        r->like = bt_tracks_ref(tracks);
    r->from = bt_tracks_ref(tracks);
    match(r, name);
    bt_tracks_attach(tracks, name);

done:
    bt_mutex_unlock(&r->lock);
    return result;
}

// Takes the packet's data.
static int give(struct bt_relay *r, AVPacket *packet, int64_t shift_us)
{
    const struct bt_track *track = bt_tracks_at(r->from, packet->stream_index);
    const int index = r->of_like[packet->stream_index];
    int result = 0;
    if (index < 0) {
        av_packet_unref(packet);
        return 0;
    }
    const struct bt_track *to = bt_tracks_at(r->like, index);
    av_packet_rescale_ts(packet, track->time_base, to->time_base);
    const int64_t shift = av_rescale_q(shift_us, us, to->time_base);
    packet->pts = av_sat_add64(packet->pts, shift);
    packet->dts = av_sat_add64(packet->dts, shift);
    for (int i = 0; i < r->count && result >= 0; i++) {
        AVPacket *copy = av_packet_clone(packet);
        if (!copy)
            return BAUTA_E_NO_MEMORY;
        copy->stream_index = to->stream;
        result = bt_tracks_push(r->tap[i], copy);
        av_packet_free(&copy);
    }
    av_packet_unref(packet);
    return result;
}

int bt_relay_move(struct bt_relay *relay, int64_t shift_us)
{
    int result = 0;
    bt_mutex_lock(&relay->lock);
    while (relay->from && result >= 0 &&
           bt_tracks_pop(relay->from, INT64_MAX, relay->packet) >= 0)
        result = give(relay, relay->packet, shift_us);
    bt_mutex_unlock(&relay->lock);
    return result;
}

static int make_room(struct bt_relay *r)
{
    if (r->count < r->room)
        return 0;
    const int room = r->room ? 2 * r->room : 8;
    struct bt_tracks **tap = bt_alloc_array((size_t)room, sizeof(*tap));
    if (!tap)
        return BAUTA_E_NO_MEMORY;
    if (r->count)
        memcpy(tap, r->tap, (size_t)r->count * sizeof(*tap));
    bt_free(r->tap);
    r->tap = tap;
    r->room = room;
    return 0;
}

int bt_relay_tap(struct bt_relay *relay, struct bt_tracks **tap)
{
    int result = 0;
    *tap = NULL;
    bt_mutex_lock(&relay->lock);
    if (relay->like) {
        result = make_room(relay);
        if (result >= 0)
            result = bt_tracks_copy_sound(relay->like, tap);
        if (result >= 0 && *tap)
            relay->tap[relay->count++] = bt_tracks_ref(*tap);
    }
    bt_mutex_unlock(&relay->lock);
    return result;
}

void bt_relay_untap(struct bt_relay *relay, struct bt_tracks **tap)
{
    if (!*tap)
        return;
    bt_mutex_lock(&relay->lock);
    for (int i = 0; i < relay->count; i++) {
        if (relay->tap[i] != *tap)
            continue;
        bt_tracks_unref(&relay->tap[i]);
        relay->tap[i] = relay->tap[--relay->count];
        break;
    }
    bt_mutex_unlock(&relay->lock);
    bt_tracks_unref(tap);
}

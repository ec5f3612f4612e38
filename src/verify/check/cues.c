// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "frame/format.h"
#include "verify/check/check.h"

int bt_samples_add(struct bt_samples *samples, const struct bt_sample *sample)
{
    if (samples->count == BT_SAMPLES_MAX)
        return BAUTA_E_TOO_LARGE;
    if (samples->count == samples->room) {
        const int room = samples->room ? 2 * samples->room : 256;
        struct bt_sample *more = bt_alloc_array((size_t)room, sizeof *more);
        if (!more)
            return BAUTA_E_NO_MEMORY;
        if (samples->count)
            memcpy(more, samples->one, (size_t)samples->count * sizeof *more);
        bt_free(samples->one);
        samples->one = more;
        samples->room = room;
    }
    samples->one[samples->count++] = *sample;
    return 0;
}

// FNV-1a, eight bytes at a time.
static uint64_t hash_row(uint64_t hash, const uint8_t *row, size_t size)
{
    static const uint64_t PRIME = 0x100000001b3;
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, row + i, 8);
        hash = (hash ^ word) * PRIME;
        hash ^= hash >> 32;
    }
    for (; i < size; i++)
        hash = (hash ^ row[i]) * PRIME;
    return hash;
}

void bt_sample_picture(const struct bauta_frame *frame, struct bt_sample *out)
{
    const struct bt_pixel_format *pf = bt_pixel_format(frame->format);
    const int step = pf->step[0], w = frame->width, h = frame->height;
    out->hash = 0xcbf29ce484222325;
    for (int y = 0; y < h; y++)
        out->hash = hash_row(out->hash, frame->data[0] + y * frame->stride[0],
                             (size_t)w * (size_t)step);
    for (int c = 0; c < BT_GRID_CELLS; c++) {
        const int gx = c % BT_GRID_WIDTH, gy = c / BT_GRID_WIDTH;
        const int x0 = gx * w / BT_GRID_WIDTH, y0 = gy * h / BT_GRID_HEIGHT;
        int x1 = (gx + 1) * w / BT_GRID_WIDTH, y1 = (gy + 1) * h / BT_GRID_HEIGHT;
        uint64_t sum = 0, count = 0;
        x1 = x1 > x0 ? x1 : x0 + 1;
        y1 = y1 > y0 ? y1 : y0 + 1;
        for (int y = y0; y < y1; y++) {
            const uint8_t *row = frame->data[0] + y * frame->stride[0] + (pf->rgb ? pf->g : 0);
            for (int x = x0; x < x1; x++)
                sum += row[x * step];
            count += (uint64_t)(x1 - x0);
        }
        out->grid[c] = (uint16_t)(16 * sum / count);
    }
}

static int ascending(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float median(float *x, int count)
{
    qsort(x, (size_t)count, sizeof *x, ascending);
    return x[count / 2];
}

// Time ---------------------------------------------------------------------------------

void bt_cue_cadence(const struct bt_samples *samples, struct bauta_check_facts *facts)
{
    const struct bt_sample *s = samples->one;
    const int count = samples->count;
    double sum = 0, square = 0;
    int usual = 0;
    facts->rate = facts->jitter = -1;
    facts->gaps = -1;
    if (count < 10 || s[0].own < 0 || s[count - 1].own <= 0)
        return;
    const double mean = (s[count - 1].own - s[0].own) / (count - 1);
    facts->gaps = 0;
    for (int i = 1; i < count; i++) {
        const double d = s[i].own - s[i - 1].own;
        if (d > 2.5 * mean) {
            facts->gaps++;
            continue;
        }
        sum += d;
        square += d * d;
        usual++;
    }
    if (!usual || sum <= 0)
        return;
    const double step = sum / usual;
    facts->rate = 1 / step;
    facts->jitter = sqrt(fmax(square / usual - step * step, 0)) / step;
}

// Whether two neighbours show the same: to the sample, or as far as grid and face tell.
static bool stands(const struct bt_sample *first, const struct bt_sample *now)
{
    if (first->hash == now->hash)
        return true;
    for (int c = 0; c < BT_GRID_CELLS; c++) {
        if (abs(first->grid[c] - now->grid[c]) > 8)
            return false;
    }
    if (first->part < 0 || now->part < 0)
        return first->part < 0 && now->part < 0;
    const float way =
        hypotf(first->place[0] - now->place[0], first->place[1] - now->place[1]);
    // No living head is as still as that for long.
    return way < .002f * now->size && fabsf(first->lids - now->lids) < .01f;
}

void bt_cue_frozen(const struct bt_samples *samples, struct bauta_check_facts *facts)
{
    const struct bt_sample *s = samples->one;
    facts->frozen_seconds = facts->frozen_at = -1;
    if (samples->count < 2)
        return;
    facts->frozen_seconds = 0;
    for (int from = 0, to; from < samples->count; from = to) {
        for (to = from + 1; to < samples->count && stands(&s[from], &s[to]); to++)
            ;
        const double seconds = s[to - 1].seconds - s[from].seconds;
        if (seconds > facts->frozen_seconds) {
            facts->frozen_seconds = seconds;
            facts->frozen_at = s[from].seconds;
        }
    }
}

// People and blinks --------------------------------------------------------------------

void bt_cue_people(const struct bt_samples *samples, struct bauta_check_facts *facts)
{
    const struct bt_sample *s = samples->one;
    int id[64], people = 0;
    double seconds[64] = {0};
    facts->face_seconds = 0;
    facts->cuts = facts->people = 0;
    for (int i = 0; i < samples->count; i++) {
        facts->cuts += s[i].cut;
        if (s[i].part < 0)
            continue;
        const double d = i && s[i - 1].part == s[i].part ? s[i].seconds - s[i - 1].seconds : 0;
        facts->face_seconds += d;
        int k = 0;
        while (k < people && id[k] != s[i].id)
            k++;
        if (k == people && people < 64)
            id[people++] = s[i].id;
        if (k < 64)
            seconds[k] += d;
    }
    for (int k = 0; k < people; k++)
        facts->people += seconds[k] > 1;
}

// The opening that is usual around a frame, of its part; 0: too little is seen of it.
static float usual_opening(const struct bt_samples *samples, int at, float *room, int most)
{
    const struct bt_sample *s = samples->one;
    int count = 0;
    for (int d = -1; d <= 1; d += 2) {
        for (int i = d < 0 ? at : at + 1; i >= 0 && i < samples->count; i += d) {
            if (s[i].part != s[at].part || fabs(s[i].seconds - s[at].seconds) > 2 ||
                count == most)
                break;
            room[count++] = s[i].lids;
        }
    }
    return count >= 15 ? median(room, count) : 0;
}

// Whether frames are apart little enough for blinks, with a face that is not turned away.
static bool seen_well(const struct bt_samples *samples, int i)
{
    const struct bt_sample *s = samples->one + i;
    return s->part >= 0 && s->turned < 25 && i > 0 && s[-1].part == s->part &&
           s->seconds - s[-1].seconds < .067;
}

// 95 % of the counts of chance events whose mean is that (Wilson and Hilferty 1931).
static double chance(int count, double side)
{
    const double k = count + (side > 0);
    return k > 0 ? k * pow(1 - 1 / (9 * k) + side * 1.96 / (3 * sqrt(k)), 3) : 0;
}

// For how long the lids of the frames from..to - 1, which are below .65 of the usual
// opening, were more than half as far down as they came: they open slowly.
static double closed_for(const struct bt_samples *samples, int from, int to, float usual)
{
    const struct bt_sample *s = samples->one;
    int lowest = from;
    for (int i = from; i < to; i++)
        lowest = s[i].lids < s[lowest].lids ? i : lowest;
    const float level = fminf((usual + s[lowest].lids) / 2, .65f * usual);
    int first = lowest, end = lowest;
    while (first > from && s[first - 1].lids < level)
        first--;
    while (end < to && s[end].lids < level)
        end++;
    return s[end].seconds - s[first].seconds;
}

int bt_cue_blinks(const struct bt_samples *samples, struct bauta_check_facts *facts)
{
    enum { ROOM = 1024 };
    float *room = bt_alloc_array(ROOM, sizeof *room);
    double seen = 0, closed = 0;
    float open = 0;
    int from = -1;
    facts->blinks = -1;
    facts->blink_rate = facts->blink_low = facts->blink_high = facts->blink_seconds = -1;
    if (!room)
        return BAUTA_E_NO_MEMORY;
    int blinks = 0;
    for (int i = 0; i < samples->count; i++) {
        const struct bt_sample *s = samples->one + i;
        const bool well = seen_well(samples, i);
        const float usual = well ? usual_opening(samples, i, room, ROOM) : 0;
        const bool shut = usual > 0 && s->lids < .65f * usual;
        if (usual > 0)
            seen += s->seconds - s[-1].seconds;
        if (shut && from < 0) {
            from = i;
            open = usual;
        }
        if (shut || from < 0)
            continue;
        const double lasted = closed_for(samples, from, i, open);
        if (well && lasted >= .05 && lasted <= .5) {
            blinks++;
            closed += lasted;
        }
        from = -1;
    }
    bt_free(room);
    if (seen < 5)
        return 0;
    facts->blinks = blinks;
    facts->blink_rate = 60 * blinks / seen;
    facts->blink_low = 60 * chance(blinks, -1) / seen;
    facts->blink_high = 60 * chance(blinks, 1) / seen;
    facts->blink_seconds = blinks ? closed / blinks : -1;
    return 0;
}

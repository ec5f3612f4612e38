// SPDX-License-Identifier: Apache-2.0
#include "mark/watermark/detect.h"

#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "mark/watermark/fit.h"

enum {
    W = BT_WM_WIDTH,
    H = BT_WM_HEIGHT,
    SAMPLES = W * H,
    SLICES_A_SECOND = 8,
    SLICES = (int)(BT_WM_WINDOW * SLICES_A_SECOND),
    ENOUGH = 2,            // frames of one slice
    PHASES = 8,            // of half a period; the other half is the same, turned over
    SEARCHED_PHASES = 4,
    TURNS = 8,             // mirrored or not, four rotations
    SUMMED = 16384,        // bytes of a row that are summed at once
};

struct slice {
    float *sum;            // of SAMPLES
    int count;
};

struct bt_wm_detector {
    struct bt_wm_grid grid;
    struct slice slice[SLICES];
    float *picture, *turned;
    float *other;          // for the second thread of a search
    bool known;            // the mark lay there in the last window
    struct bt_wm_place hint;
    int hint_turn;
    bool any;
    double start, first, last;
    int at;                // the slice of the last frame
};

// From there on no better place is looked for.
#define SURE 16.f
// Below that a crop may fit better than what was found.
#define DOUBTFUL 10.f

// A place that is tried, and what was found there.
struct candidate {
    struct bt_wm_place place;
    int turn;
    float z;
    float cell[BT_WM_CELLS];
};

int bt_wm_detector_open(struct bt_wm_detector **out)
{
    struct bt_wm_detector *d = bt_zalloc(sizeof(*d));
    if (!d)
        return BAUTA_E_NO_MEMORY;
    d->picture = bt_alloc_array(SAMPLES, sizeof(float));
    d->turned = bt_alloc_array(SAMPLES, sizeof(float));
    d->other = bt_alloc_array(SAMPLES, sizeof(float));
    bool good = d->picture && d->turned && d->other;
    for (int i = 0; i < SLICES; i++) {
        d->slice[i].sum = bt_alloc_array(SAMPLES, sizeof(float));
        good = good && d->slice[i].sum;
    }
    if (!good) {
        bt_wm_detector_close(&d);
        return BAUTA_E_NO_MEMORY;
    }
    bt_wm_grid_make(&d->grid);
    *out = d;
    return 0;
}

void bt_wm_detector_close(struct bt_wm_detector **detector)
{
    struct bt_wm_detector *d = *detector;
    if (!d)
        return;
    for (int i = 0; i < SLICES; i++)
        bt_free(d->slice[i].sum);
    bt_free(d->picture);
    bt_free(d->turned);
    bt_free(d->other);
    bt_freep(detector);
}

// Frames in ------------------------------------------------------------------------------

static int slice_of(const struct bt_wm_detector *d, double seconds)
{
    if (!d->any)
        return 0;
    const double at = (seconds - d->start) * SLICES_A_SECOND;
    return at < 0 || at >= SLICES ? -1 : (int)at;
}

bool bt_wm_wants(const struct bt_wm_detector *d, double seconds)
{
    const int at = slice_of(d, seconds);
    return at < 0 || d->slice[at].count < ENOUGH;
}

// The sum of rows of bytes.
static void add_rows(uint16_t *restrict sum, const uint8_t *row, ptrdiff_t stride, int rows,
                     int n)
{
    memset(sum, 0, (size_t)n * sizeof(*sum));
    for (int k = 0; k < rows; k++, row += stride) {
        const uint8_t *restrict in = row;
        for (int i = 0; i < n; i++)
            sum[i] = (uint16_t)(sum[i] + in[i]);
    }
}

// add_scaled for what has more samples than W x H, no more than fit in SUMMED.
static void add_shrunk(float *sum, const uint8_t *luma, ptrdiff_t stride, int step, int w,
                       int h)
{
    uint16_t column[SUMMED];
    for (int y = 0; y < H; y++) {
        const int y0 = y * h / H, rows = (y + 1) * h / H - y0;
        add_rows(column, luma + y0 * stride, stride, rows, (w - 1) * step + 1);
        for (int x = 0, x0 = 0; x < W; x++) {
            const int x1 = (x + 1) * w / W;
            int total = 0;
            for (int at = x0; at < x1; at++)
                total += column[at * step];
            sum[y * W + x] += (float)total / (float)((x1 - x0) * rows);
            x0 = x1;
        }
    }
}

// Adds the picture, shrunk or grown to W x H by its areas.
static void add_scaled(float *sum, const uint8_t *luma, ptrdiff_t stride, int step, int w,
                       int h)
{
    float row[W];
    if (w >= W && h >= H && w <= SUMMED / step && h / H < 255) {
        add_shrunk(sum, luma, stride, step, w, h);
        return;
    }
    for (int y = 0; y < H; y++) {
        const int y0 = y * h / H;
        int y1 = (y + 1) * h / H;
        y1 = y1 > y0 ? y1 : y0 + 1;
        memset(row, 0, sizeof(row));
        for (int from = y0; from < y1; from++) {
            const uint8_t *in = luma + from * stride;
            for (int x = 0; x < W; x++) {
                const int x0 = x * w / W;
                int x1 = (x + 1) * w / W, total = 0;
                x1 = x1 > x0 ? x1 : x0 + 1;
                for (int at = x0; at < x1; at++)
                    total += in[at * step];
                row[x] += (float)total / (float)(x1 - x0);
            }
        }
        for (int x = 0; x < W; x++)
            sum[y * W + x] += row[x] / (float)(y1 - y0);
    }
}

int bt_wm_push(struct bt_wm_detector *d, const uint8_t *luma, ptrdiff_t stride, int step,
               int width, int height, double seconds)
{
    if (width < 16 || height < 16)
        return BAUTA_E_TOO_SMALL;
    int at = slice_of(d, seconds);
    // Times that jump end nothing: the frame goes where the last one went.
    if (at < 0)
        at = d->at;
    if (!d->any)
        d->start = d->first = seconds;
    d->any = true;
    d->at = at;
    d->last = seconds;
    struct slice *s = &d->slice[at];
    if (!s->count)
        memset(s->sum, 0, SAMPLES * sizeof(float));
    if (s->count < ENOUGH) {
        add_scaled(s->sum, luma, stride, step, width, height);
        s->count++;
    }
    return (seconds - d->start) * SLICES_A_SECOND >= SLICES - 1;
}

// One picture out of many ----------------------------------------------------------------

// The sum of the slices, each by weight(phase), less what stands still.
static void weigh(const struct bt_wm_detector *d, float phase, float *picture)
{
    float weight[SLICES], mean = 0;
    int count = 0;
    for (int i = 0; i < SLICES; i++) {
        weight[i] = bt_wm_wave((i + .5) / SLICES_A_SECOND + (double)phase);
        if (d->slice[i].count) {
            mean += weight[i];
            count++;
        }
    }
    memset(picture, 0, SAMPLES * sizeof(float));
    for (int i = 0; i < SLICES; i++) {
        const struct slice *s = &d->slice[i];
        if (!s->count)
            continue;
        const float by = (weight[i] - mean / (float)count) / (float)s->count;
        for (int k = 0; k < SAMPLES; k++)
            picture[k] += by * s->sum[k];
    }
}

static int average(struct bt_wm_detector *d)
{
    int count = 0;
    memset(d->picture, 0, SAMPLES * sizeof(float));
    for (int i = 0; i < SLICES; i++) {
        const struct slice *s = &d->slice[i];
        if (!s->count)
            continue;
        count++;
        for (int k = 0; k < SAMPLES; k++)
            d->picture[k] += s->sum[k] / (float)s->count;
    }
    for (int k = 0; k < SAMPLES && count; k++)
        d->picture[k] /= (float)count;
    return count;
}

static float sample(const float *picture, float x, float y)
{
    x = fminf(fmaxf(x, 0), W - 1.001f);
    y = fminf(fmaxf(y, 0), H - 1.001f);
    const int ix = (int)x, iy = (int)y;
    const float fx = x - (float)ix, fy = y - (float)iy;
    const float *p = picture + iy * W + ix;
    return (1 - fy) * ((1 - fx) * p[0] + fx * p[1]) + fy * ((1 - fx) * p[W] + fx * p[W + 1]);
}

// The picture as it was before it was mirrored (bit 0) and then turned clockwise by 90
// degrees times turn >> 1.
static const float *turn_back(struct bt_wm_detector *d, int turn)
{
    if (turn == 0)
        return d->picture;
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            float u = ((float)x + .5f) / W, v = ((float)y + .5f) / H, a = u, b = v;
            if (turn & 1)
                a = 1 - a;
            for (int k = 0; k < turn >> 1; k++) {
                const float kept = a;
                a = 1 - b;
                b = kept;
            }
            d->turned[y * W + x] = sample(d->picture, a * W - .5f, b * H - .5f);
        }
    }
    return d->turned;
}

// Where it may be ------------------------------------------------------------------------

// The brightest sample of a row or a column.
static float brightest(const float *first, int count, int step)
{
    float most = 0;
    for (int i = 0; i < count; i++)
        most = fmaxf(most, first[i * step]);
    return most;
}

// How many dark rows or columns there are from first on, at most half of them.
static int count_dark(const float *first, int lines, int to_next, int count, int step)
{
    const float dark = 30;
    int n = 0;
    while (n < lines / 2 && brightest(first + n * to_next, count, step) <= dark)
        n++;
    return n;
}

// The parts of the picture between dark bars: above and below, at the sides, both. What
// was marked may have had bars of its own. Returns how many.
static int between_bars(const float *mean, struct bt_wm_place place[3])
{
    const int top = count_dark(mean, H, W, W, 1);
    const int bottom = count_dark(mean + (H - 1) * W, H, -W, W, 1);
    const int left = count_dark(mean, W, 1, H, W);
    const int right = count_dark(mean + W - 1, W, -1, H, W);
    const float w = (float)W / (float)(W - left - right);
    const float h = (float)H / (float)(H - top - bottom);
    const float x0 = -w * (float)left / W, y0 = -h * (float)top / H;
    int count = 0;
    if (top + bottom > 1 && top + bottom < 3 * H / 4)
        place[count++] = (struct bt_wm_place){0, 1, y0, h};
    if (left + right > 1 && left + right < 3 * W / 4)
        place[count++] = (struct bt_wm_place){x0, w, 0, 1};
    if (count == 2)
        place[count++] = (struct bt_wm_place){x0, w, y0, h};
    return count;
}

static void try_place(struct bt_wm_detector *d, const float *picture,
                      const struct bt_wm_place *place, int turn, struct candidate *best)
{
    float cell[BT_WM_CELLS];
    bt_wm_project(picture, place, cell);
    bt_wm_level(cell);
    const float z = bt_wm_presence(&d->grid, cell);
    if (fabsf(z) <= fabsf(best->z))
        return;
    best->place = *place;
    best->turn = turn;
    best->z = z;
    memcpy(best->cell, cell, sizeof(cell));
}

static void try_turns(struct bt_wm_detector *d, const struct bt_wm_place *bars, int count,
                      int turns, struct candidate *best)
{
    for (int turn = 0; turn < turns && fabsf(best->z) < SURE; turn++) {
        const float *picture = turn_back(d, turn);
        try_place(d, picture, &bt_wm_whole, turn, best);
        for (int i = 0; i < count && turn < 2; i++) {
            struct bt_wm_place place = bars[i];
            if (turn & 1)
                place.x0 = 1 - place.x0 - place.w;
            try_place(d, picture, &place, turn, best);
        }
    }
}

// One search for a crop.
struct crop {
    const struct bt_wm_grid *grid;
    const float *picture;
    struct bt_wm_place place;
    float z;
};

static void *search_crop(void *opaque)
{
    struct crop *c = opaque;
    c->z = bt_wm_search(c->grid, c->picture, &c->place);
    return NULL;
}

// In the pictures that there are, one or two, on as many threads.
static void try_crops(struct bt_wm_detector *d, bool both, struct candidate *best)
{
    struct crop crop[2] = {{.grid = &d->grid, .picture = d->picture},
                           {.grid = &d->grid, .picture = d->other}};
    bt_thread second;
    const bool beside = both && !bt_thread_start(&second, search_crop, &crop[1]);
    search_crop(&crop[0]);
    if (beside)
        bt_thread_join(second);
    else if (both)
        search_crop(&crop[1]);
    for (int i = 0; i < 1 + both; i++) {
        if (fabsf(crop[i].z) > BT_WM_Z_SEARCHED)
            try_place(d, crop[i].picture, &crop[i].place, 0, best);
    }
}

// Where the mark was found in the window before.
static void try_hint(struct bt_wm_detector *d, struct candidate *best)
{
    if (d->known)
        try_place(d, turn_back(d, d->hint_turn), &d->hint, d->hint_turn, best);
}

static void describe(const struct bt_wm_detector *d, const struct candidate *best,
                     struct bt_wm_result *out)
{
    const struct bt_wm_place *p = &best->place;
    uint32_t payload = 0;
    out->z = fabsf(best->z);
    out->marked = out->z >= BT_WM_Z;
    if (!out->marked)
        return;
    const int errors = bt_wm_read(&d->grid, best->cell, best->z, &payload);
    out->payload_known = errors >= 0;
    out->payload = out->payload_known ? payload : 0;
    out->errors = errors;
    out->mirrored = best->turn & 1;
    out->rotation = (best->turn >> 1) * 90;
    out->x0 = (0 - p->x0) / p->w;
    out->x1 = (1 - p->x0) / p->w;
    out->y0 = (0 - p->y0) / p->h;
    out->y1 = (1 - p->y0) / p->h;
}

int bt_wm_result(struct bt_wm_detector *d, bool search, struct bt_wm_result *out)
{
    struct candidate best = {.place = bt_wm_whole};
    struct bt_wm_place bars[3];
    *out = (struct bt_wm_result){.start = d->first, .end = d->last, .x1 = 1, .y1 = 1};
    if (!d->any)
        return BAUTA_E_END;
    const int count = average(d);
    const int barred = between_bars(d->picture, bars), turns = search ? TURNS : 2;
    // A picture that stands still carries the mark at full strength.
    try_hint(d, &best);
    try_turns(d, bars, barred, turns, &best);
    if (search && fabsf(best.z) < DOUBTFUL && count == 1)
        try_crops(d, false, &best);
    for (int k = 0; k < PHASES && count > 2 && fabsf(best.z) < SURE; k++) {
        weigh(d, (float)k * (float)BT_WM_PERIOD / 2 / PHASES, d->picture);
        try_hint(d, &best);
        try_turns(d, bars, barred, turns, &best);
    }
    for (int k = 0; k < SEARCHED_PHASES && count > 2 && search && fabsf(best.z) < DOUBTFUL;
         k += 2) {
        weigh(d, (float)k * (float)BT_WM_PERIOD / 2 / SEARCHED_PHASES, d->picture);
        weigh(d, (float)(k + 1) * (float)BT_WM_PERIOD / 2 / SEARCHED_PHASES, d->other);
        try_crops(d, true, &best);
    }
    describe(d, &best, out);
    d->known = out->marked;
    d->hint = best.place;
    d->hint_turn = best.turn;
    for (int i = 0; i < SLICES; i++)
        d->slice[i].count = 0;
    d->any = false;
    return 0;
}

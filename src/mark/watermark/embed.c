// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/log.h"
#include "dsp/dsp.h"
#include "mark/impl.h"
#include "mark/watermark/grid.h"

// Levels of 255, at the carrier's peak and gain 1.
#define AMPLITUDE 2.5f
#define STILL 1.2f             // times that, where nothing moves it
#define GAIN_LEAST .7f
#define GAIN_MOST 2.9f
// As the kernel takes it, in 32nds of a level.
#define WAVE_MOST 232.f
_Static_assert((int)WAVE_MOST < 32 * BT_WM_MOST, "what is dithered stays below BT_WM_MOST");
// Mean difference between places of a cell that are a sixth of it apart, in levels: below
// the first nothing is hidden by it, and how much gain each more brings.
#define ACTIVE_FROM 1.5f
#define ACTIVE_GAIN .25f
// Of the way to a new gain, a frame.
#define GAIN_STEP .12f
enum {
    ROWS_A_FRAME = 5,       // rows of cells whose activity is looked at
    PROBES = 6,             // places across and down a cell
    CHECK_EVERY = 48,       // frames between two looks at what was added
    CHECK_ROWS = 8,
};
// Part of the mark that must be found in what was written, where there is room for it.
#define CHECK_LEAST .3

struct watermark {
    struct bt_wm_grid grid;
    const struct bt_dsp *dsp;
    int width, height, n;   // n: bytes of a row
    int step, first;        // bytes of a pixel, the byte whose differences are looked at
    bool still;
    int8_t symbol[BT_WM_CELLS];
    float gain[BT_WM_CELLS], goal[BT_WM_CELLS];
    int next_row;
    int64_t count;
    bool settled;           // the first frame's gains are there
    float *across;          // the carrier by byte of a row
    int16_t *wave;          // a row of a row of cells, 1/32 level
    uint8_t *before;        // a row, for looking at what was added
    int16_t *down;          // the carrier by row, 1/128
    int16_t *cell_row;      // by row
    int edge[BT_WM_X + 1];  // first byte of a cell
};

static void watermark_close(void **priv)
{
    struct watermark *w = *priv;
    if (!w)
        return;
    bt_free(w->across);
    bt_free(w->wave);
    bt_free(w->before);
    bt_free(w->down);
    bt_free(w->cell_row);
    bt_freep(priv);
}

// A pixel's centre in cells.
static double in_cells(int at, int size, int cells)
{
    return (at + .5) * cells / size;
}

static void make_carriers(struct watermark *w, const struct bt_pixel_format *pf)
{
    int cell = 0;
    for (int x = 0; x < w->width; x++) {
        const double u = in_cells(x, w->width, BT_WM_X);
        while (cell <= (int)u)
            w->edge[cell++] = x * w->step;
        const float value = (float)sin(2 * 3.14159265358979 * (u - floor(u)));
        for (int k = 0; k < w->step; k++) {
            const bool alpha = pf->rgb && w->step == 4 && k == 3;
            w->across[x * w->step + k] = alpha ? 0 : value;
        }
    }
    while (cell <= BT_WM_X)
        w->edge[cell++] = w->n;
    for (int y = 0; y < w->height; y++) {
        const double v = in_cells(y, w->height, BT_WM_Y);
        w->cell_row[y] = (int16_t)v;
        w->down[y] = (int16_t)lrint(128 * sin(3.14159265358979 * (v - floor(v))));
    }
}

static int watermark_open(void **priv, const struct bt_format *format,
                          const struct bt_mark_options *options)
{
    const struct bt_pixel_format *pf = bt_pixel_format(format->pixel);
    struct watermark *w = bt_zalloc(sizeof(*w));
    if (!w)
        return BAUTA_E_NO_MEMORY;
    w->dsp = bt_dsp_get();
    w->width = format->width;
    w->height = format->height;
    w->step = pf->step[0];
    w->first = pf->rgb ? pf->g : 0;
    w->n = w->width * w->step;
    w->still = format->still;
    w->across = bt_alloc_array((size_t)w->n, sizeof(*w->across));
    w->wave = bt_alloc_array((size_t)w->n, sizeof(*w->wave));
    w->before = bt_alloc_array((size_t)w->n, 1);
    w->down = bt_alloc_array((size_t)w->height, sizeof(*w->down));
    w->cell_row = bt_alloc_array((size_t)w->height, sizeof(*w->cell_row));
    if (!w->across || !w->wave || !w->before || !w->down || !w->cell_row) {
        void *all = w;
        watermark_close(&all);
        return BAUTA_E_NO_MEMORY;
    }
    bt_wm_grid_make(&w->grid);
    const uint64_t word = bt_bch_encode(bt_wm_payload(options->session));
    for (int c = 0; c < BT_WM_CELLS; c++) {
        const int bit = w->grid.bit[c];
        const bool turned = bit != BT_WM_SYNC && word >> bit & 1;
        w->symbol[c] = (int8_t)(turned ? -w->grid.sign[c] : w->grid.sign[c]);
    }
    make_carriers(w, pf);
    *priv = w;
    return 0;
}

// The mean difference of places in a cell from those beside and below, in levels.
static float activity(const struct watermark *w, const struct bauta_frame *frame, int i,
                      int j)
{
    const int x0 = w->edge[i] / w->step, x1 = w->edge[i + 1] / w->step;
    const int y0 = j * w->height / BT_WM_Y, y1 = (j + 1) * w->height / BT_WM_Y;
    const int across = (x1 - x0) / PROBES + ((x1 - x0) < PROBES);
    const int down = (y1 - y0) / PROBES + ((y1 - y0) < PROBES);
    const uint8_t *data = frame->data[0] + w->first;
    int sum = 0, count = 0;
    for (int b = 0; b < PROBES; b++) {
        const int y = y0 + (y1 - y0) * b / PROBES;
        if (y + down >= w->height)
            continue;
        const uint8_t *row = data + y * frame->stride[0];
        for (int a = 0; a < PROBES; a++) {
            const int x = x0 + (x1 - x0) * a / PROBES;
            if (x + across >= w->width)
                continue;
            const int here = row[x * w->step];
            const int right = row[(x + across) * w->step] - here;
            const int below = row[x * w->step + down * frame->stride[0]] - here;
            sum += (right < 0 ? -right : right) + (below < 0 ? -below : below);
            count += 2;
        }
    }
    return count ? (float)sum / (float)count : 0;
}

// What a busy place hides may be stronger there. Gains move slowly, a few rows a frame.
static void follow_picture(struct watermark *w, const struct bauta_frame *frame)
{
    const bool all = !w->settled;
    for (int k = 0; k < (all ? BT_WM_Y : ROWS_A_FRAME); k++) {
        const int j = w->next_row;
        w->next_row = (j + 1) % BT_WM_Y;
        for (int i = 0; i < BT_WM_X; i++) {
            const float more = ACTIVE_GAIN * (activity(w, frame, i, j) - ACTIVE_FROM);
            w->goal[j * BT_WM_X + i] =
                fminf(GAIN_LEAST + fmaxf(more, 0), GAIN_MOST);
        }
    }
    for (int c = 0; c < BT_WM_CELLS; c++)
        w->gain[c] += (all ? 1 : GAIN_STEP) * (w->goal[c] - w->gain[c]);
    w->settled = true;
}

static void make_wave(struct watermark *w, int j, float strength)
{
    for (int i = 0; i < BT_WM_X; i++) {
        const int c = j * BT_WM_X + i;
        const float size = fminf(32 * AMPLITUDE * fabsf(strength) * w->gain[c], WAVE_MOST);
        const float scale = strength < 0 ? -size * (float)w->symbol[c]
                                         : size * (float)w->symbol[c];
        // Rounds as lrintf does, without a call: what is added leaves no room for parts.
        const float large = 12582912;
        for (int b = w->edge[i]; b < w->edge[i + 1]; b++)
            w->wave[b] = (int16_t)(int)(scale * w->across[b] + large - large);
    }
}

// How much of the wave is in a row that has changed, of sums over many rows.
struct look {
    double found, wanted;
};

static void look_at(struct watermark *w, const uint8_t *row, int scale,
                    struct look *look)
{
    for (int b = 0; b < w->n; b++) {
        const double wanted = w->wave[b] * scale / 4096.;
        const int room = wanted < 0 ? w->before[b] : 255 - w->before[b];
        // What is rounded away, or has no room, says nothing.
        if (fabs(wanted) < 1 || room < 4)
            continue;
        look->found += wanted * (row[b] - w->before[b]);
        look->wanted += wanted * wanted;
    }
}

static int add(struct watermark *w, struct bauta_frame *frame, float strength)
{
    const bool looks = w->count++ % CHECK_EVERY == 0;
    const int every = w->height / CHECK_ROWS + 1;
    struct look look = {0, 0};
    int made = -1;
    follow_picture(w, frame);
    for (int y = 0; y < w->height; y++) {
        if (w->cell_row[y] != made)
            make_wave(w, made = w->cell_row[y], strength);
        uint8_t *row = frame->data[0] + y * frame->stride[0];
        const bool seen = looks && y % every == every / 2;
        if (seen)
            memcpy(w->before, row, (size_t)w->n);
        w->dsp->wave_row(row, w->wave, w->down[y], w->n);
        if (seen)
            look_at(w, row, w->down[y], &look);
    }
    if (look.wanted < 100 || look.found > CHECK_LEAST * look.wanted)
        return 0;
    bt_error("the watermark is not in the picture after it was added (%.0f %% of it): "
             "the build or the machine is broken; nothing leaves",
             100 * look.found / look.wanted);
    return BAUTA_E_FAILED;
}

static int watermark_apply(void *priv, struct bauta_frame *frame,
                           const struct bt_mark_moment *when)
{
    struct watermark *w = priv;
    float strength = w->still ? STILL : bt_wm_wave(when->seconds);
    if (when->alone && !w->still)
        strength = strength < 0 ? -1 : 1;
    return add(w, frame, strength);
}

int bt_watermark_fill(struct bauta_frame *frame, unsigned session, double seconds)
{
    const struct bt_format format = bt_format_of(frame);
    const struct bt_mark_options options = {.session = session};
    const float wave = bt_wm_wave(seconds), lacks = STILL - fabsf(wave);
    void *priv = NULL;
    int r = watermark_open(&priv, &format, &options);
    if (r >= 0)
        r = add(priv, frame, wave < 0 ? -lacks : lacks);
    watermark_close(&priv);
    return r;
}

const struct bt_mark_impl bt_mark_watermark = {
    .name = "watermark",
    .open = watermark_open,
    .apply = watermark_apply,
    .close = watermark_close,
};

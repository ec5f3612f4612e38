// SPDX-License-Identifier: Apache-2.0
// Photos that each hide half of a face together give the whole one.
// usage: fuse MEDIA_FOLDER
#include <unistd.h>

#include "made.h"

#include "base/alloc.h"
#include "base/log.h"
#include "io/io.h"
#include "swap/fuse.h"

enum { TEXELS = BT_ATLAS_SIZE * BT_ATLAS_SIZE };

static struct bt_layer *layer_of(struct bt_atlas_work *work,
                                 const struct bauta_frame *photo,
                                 const struct bauta_face *found)
{
    struct bt_layer *layer = bt_zalloc(sizeof *layer);
    work->rgb = bt_alloc_array(TEXELS, sizeof *work->rgb);
    work->weight = bt_alloc_array(TEXELS, sizeof *work->weight);
    layer->found = *found;
    CHECK_INT(bt_atlas_photo(work, &layer->face, photo, found, &layer->about.score), 0);
    layer->rgb = work->rgb;
    layer->weight = work->weight;
    work->rgb = NULL;
    work->weight = NULL;
    return layer;
}

static void layer_free(struct bt_layer *layer)
{
    bt_free(layer->rgb);
    bt_free(layer->weight);
    bt_free(layer);
}

static void half_hidden(struct bauta_frame *photo, int x0, int x1)
{
    for (int y = 0; y < photo->height; y++)
        memset(photo->data[0] + y * photo->stride[0] + x0 * 3, 128,
               (size_t)(x1 - x0) * 3);
}

// The texture of one photo, or of two. Spoils the layers.
static void complete(struct bt_layer *a, struct bt_layer *b, struct bt_source_face *face)
{
    struct bt_atlas_work work = {0};
    CHECK_INT(bt_atlas_work_init(&work), 0);
    if (b) {
        struct bt_layer *layers[2] = {a, b};
        if (b->about.score.total > a->about.score.total)
            layers[0] = b, layers[1] = a;
        CHECK_INT(bt_fuse_texture(&work, layers, 2), 0);
    } else {
        memcpy(work.rgb, a->rgb, TEXELS * sizeof *work.rgb);
        memcpy(work.weight, a->weight, TEXELS * sizeof *work.weight);
    }
    CHECK_INT(bt_atlas_complete(&work, face), 0);
    bt_atlas_work_finish(&work);
}

// How far apart two textures are over the drawn part, once their mean colours are one.
static double apart(const struct bt_source_face *a, const struct bt_source_face *b)
{
    double total = 0, sum = 0, mean[3] = {0};
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < TEXELS; i++) {
            const double w = b->atlas[0][i * 4 + 3] / 255.;
            total += pass ? 0 : w;
            for (int c = 0; c < 3; c++) {
                const double d = a->atlas[0][i * 4 + c] - (double)b->atlas[0][i * 4 + c];
                if (pass)
                    sum += w * fabs(d - mean[c] / total);
                else
                    mean[c] += w * d;
            }
        }
    return sum / total / 3;
}

static void mosaic(const char *name, const struct bauta_frame *photo,
                   const struct bauta_face *found)
{
    struct bt_atlas_work work = {0};
    struct bt_source_face face[4] = {{{{0}}}};
    struct bt_layer *layer[3];
    CHECK_INT(bt_atlas_work_init(&work), 0);
    bt_freep(&work.rgb);
    bt_freep(&work.weight);
    const int middle = (int)found->landmark[4][0];
    for (int i = 0; i < 3; i++) {
        struct bauta_frame *part = bauta_frame_new(BAUTA_PIXEL_RGB24, photo->width,
                                                   photo->height);
        bt_frame_copy_pixels(part, photo);
        if (i)
            half_hidden(part, i == 1 ? 0 : middle, i == 1 ? middle : part->width);
        layer[i] = layer_of(&work, part, found);
        complete(layer[i], NULL, &face[i]);
        bauta_frame_unref(&part);
    }
    EXPECT(layer[1]->about.score.total < layer[0]->about.score.total, "%s", name);
    complete(layer[1], layer[2], &face[3]);
    const double left = apart(&face[1], &face[0]), right = apart(&face[2], &face[0]),
                 both = apart(&face[3], &face[0]);
    printf("%s: mean difference from the whole: left hidden %.1f, right hidden %.1f, "
           "both together %.1f\n", name, left, right, both);
    EXPECT(both < .75 * fmin(left, right) && both < 8, "%s: %.1f", name, both);
    // Where only one shows it, its fine detail is there, not a mean.
    int grey = 0;
    for (int i = 0; i < TEXELS; i++) {
        const uint8_t *p = face[3].atlas[0] + i * 4, *q = face[0].atlas[0] + i * 4;
        grey += p[3] > 200 && abs(p[0] - p[1]) < 6 && abs(q[0] - q[1]) > 25;
    }
    EXPECT(grey < 200, "%s: %d texels of the hidden half", name, grey);
    for (int i = 0; i < 4; i++)
        bt_atlas_finish(&face[i]);
    for (int i = 0; i < 3; i++)
        layer_free(layer[i]);
    bt_atlas_work_finish(&work);
}

// A face with stains that its mirror image does not have.
static void made(void)
{
    struct bauta_face found;
    struct bauta_frame *photo = paint_photo(500, 500);
    pose_canonical(&found, 250, 250, 380, 0);
    for (int y = 0; y < 500; y++)
        for (int x = 0; x < 500; x++) {
            uint8_t *p = photo->data[0] + y * photo->stride[0] + x * 3;
            const bool stain = (x / 17 * 7 + y / 23 * 5) % 4 == 0;
            for (int c = 0; stain && c < 3; c++)
                p[c] = (uint8_t)(p[c] * 3 / 4);
        }
    mosaic("made", photo, &found);
    bauta_frame_unref(&photo);
}

static void shape(void)
{
    struct bt_layer *layer[2] = {bt_zalloc(sizeof **layer), bt_zalloc(sizeof **layer)};
    float vertex[BAUTA_LANDMARKS][3];
    for (int l = 0; l < 2; l++) {
        pose_canonical(&layer[l]->found, 250, 250, 380, l ? 35 : -35);
        layer[l]->about.score.total = 80;
        for (int v = 0; v < BAUTA_LANDMARKS; v++)
            for (int k = 0; k < 3; k++)
                layer[l]->face.vertex[v][k] = bt_canon_vertex[v][k] + (k ? 0 : (float)l);
    }
    bt_fuse_shape(vertex, layer, 2);
    // A cheek follows the photo that shows it, the nose's tip both.
    const float a = vertex[50][0] - bt_canon_vertex[50][0],
                b = vertex[280][0] - bt_canon_vertex[280][0],
                tip = vertex[4][0] - bt_canon_vertex[4][0];
    EXPECT(fabsf(a - b) > .35f && fabsf(a + b - 1) < .05f, "%.2f %.2f", (double)a,
           (double)b);
    EXPECT(fabsf(tip - .5f) < .1f, "%.2f", (double)tip);
    bt_free(layer[0]);
    bt_free(layer[1]);
}

static void no_memory(void)
{
    struct bauta_face found;
    struct bauta_frame *photo = paint_photo(300, 300);
    struct bt_atlas_work work = {0};
    pose_canonical(&found, 150, 150, 220, 0);
    CHECK_INT(bt_atlas_work_init(&work), 0);
    bt_freep(&work.rgb);
    bt_freep(&work.weight);
    struct bt_layer *layer[2] = {layer_of(&work, photo, &found),
                                 layer_of(&work, photo, &found)};
    work.rgb = bt_alloc_array(TEXELS, sizeof *work.rgb);
    work.weight = bt_alloc_array(TEXELS, sizeof *work.weight);
    for (int n = 1; n <= 6; n++) {
        bt_alloc_fail_after(n);
        CHECK_INT(bt_fuse_texture(&work, layer, 2), BAUTA_E_NO_MEMORY);
        bt_alloc_fail_after(0);
    }
    layer_free(layer[0]);
    layer_free(layer[1]);
    bt_atlas_work_finish(&work);
    bauta_frame_unref(&photo);
}

static void portraits(const char *media)
{
    static const char *const numbers[] = {"047", "025"};
    static struct bauta_face faces[BAUTA_FACES_MAX];
    struct bt_face_nets *nets = NULL;
    if (!CHECK_INT(bt_face_nets_open(&nets, NULL, 1), 0))
        return;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char path[4096];
        struct bauta_frame *photo = NULL;
        snprintf(path, sizeof path, "%s/portraits/%s.jpg", media, numbers[i]);
        if (CHECK_INT(bt_picture_read(path, &photo), 0) &&
            CHECK(bt_face_still(nets, photo, faces, BAUTA_FACES_MAX) > 0))
            mosaic(numbers[i], photo, &faces[0]);
        bauta_frame_unref(&photo);
    }
    bt_face_nets_close(&nets);
}

int main(int argc, char **argv)
{
    const char *media = getenv("BAUTA_MEDIA");
    char probe[4096];
    media = media ? media : argc > 1 ? argv[1] : "";
    made();
    shape();
    no_memory();
    snprintf(probe, sizeof probe, "%s/portraits/047.jpg", media);
    if (getenv("BAUTA_TEST_FEW"))
        printf("only a made-up face was put together, to save time\n");
    else if (!access(probe, R_OK))
        portraits(media);
    else
        printf("%s: no portraits there; only a made-up face was put together\n", media);
    return check_end();
}

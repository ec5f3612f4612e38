// SPDX-License-Identifier: Apache-2.0
#include "swap/swap.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "nn/nn.h"

extern const struct bt_swap_impl bt_swap_mesh, bt_swap_neural, bt_swap_hybrid, bt_swap_none;

const struct bt_swap_impl *const bt_swaps[] = {
    &bt_swap_mesh, &bt_swap_neural, &bt_swap_hybrid, &bt_swap_none, NULL};

static const char *const eyes[] = {"photo", "own", NULL};
static const char *const engines[] = {"mesh", "neural", "hybrid", "none", NULL};

#define AT(field) offsetof(struct bt_swap_options, field)

const struct bt_opt bt_swap_opts[] = {
    {{"engine", BAUTA_OPTION_CHOICE, "mesh", .choices = engines,
      .help = "What replaces the face: mesh draws the photo's face, neural runs a "
              "generator on every frame, hybrid runs it now and then and draws what it "
              "made, none leaves it."},
     AT(engine)},
    {{"generator", BAUTA_OPTION_STRING, NULL,
      .help = "Which model engines neural and hybrid run: a name of bauta models, or the path of a "
              "manifest (docs/models.md)."},
     AT(generator)},
    {{"provider", BAUTA_OPTION_STRING, "auto",
      .help = "What runs the generator: an execution provider of ONNX Runtime (cpu, cuda, "
              "tensorrt, openvino or another that bauta devices lists), or auto: cuda where "
              "it works, else cpu. The small nets that find faces always run on the "
              "processor."},
     AT(provider)},
    {{"mask-model", BAUTA_OPTION_STRING, NULL,
      .help = "A model that says what of the picture is face, and nothing in front of it, "
              "beside a generator of engine neural: a name of bauta models, or the path of a "
              "manifest."},
     AT(mask_model)},
    {{"enhancer", BAUTA_OPTION_STRING, NULL,
      .help = "A model that makes a face better, run on what a generator of engine neural "
              "made: a name of bauta models, or the path of a manifest."},
     AT(enhancer)},
    {{"enhance", BAUTA_OPTION_FLOAT, "0.8", 0, 1, .live = 1,
      .help = "How much of what the enhancer made is shown."},
     AT(enhance)},
    {{"shape", BAUTA_OPTION_FLOAT, "0.75", 0, 1, .live = 1,
      .help = "How much of the photo's face shape is taken over."},
     AT(shape)},
    {{"silhouette", BAUTA_OPTION_FLOAT, "0", 0, 1, .live = 1,
      .help = "How much of the photo's outline of the face is taken over; what is around "
              "it is bent along, so straight lines beside the face are seen to move."},
     AT(silhouette)},
    {{"tone", BAUTA_OPTION_FLOAT, "0.6", 0, 1, .live = 1,
      .help = "How far the skin's tone goes to that of the person in the picture."},
     AT(tone)},
    {{"detail", BAUTA_OPTION_FLOAT, "0.6", 0, 1, .live = 1,
      .help = "How much of moving creases and shadows is taken over."},
     AT(detail)},
    {{"eyes", BAUTA_OPTION_CHOICE, "photo", .choices = eyes, .live = 1,
      .help = "Whose eyes are shown: photo (they look where the person in the picture "
              "looks), or own, those of the person in the picture."},
     AT(eyes)},
    {{"occlusion", BAUTA_OPTION_FLOAT, "1", 0, 1, .live = 1,
      .help = "How far things in front of the face are left in front of it."},
     AT(occlusion)},
    {{0}, 0},
};

int bt_mask_resize(struct bt_mask *mask, struct bt_rect rect)
{
    const int width = rect.x1 - rect.x0, height = rect.y1 - rect.y0;
    size_t size;
    if (width < 0 || height < 0 || !bt_size_mul((size_t)width, (size_t)height, &size))
        return BAUTA_E_USAGE;
    if (size > mask->size) {
        uint8_t *value = bt_alloc(size + size / 2);
        if (!value)
            return BAUTA_E_NO_MEMORY;
        bt_free(mask->value);
        mask->value = value;
        mask->size = size + size / 2;
    }
    mask->rect = rect;
    mask->stride = width;
    if (size)
        memset(mask->value, 0, size);
    return 0;
}

void bt_mask_finish(struct bt_mask *mask)
{
    bt_freep(&mask->value);
    *mask = (struct bt_mask){0};
}

static int refuse(const char *option, const char *value, const struct bt_swap_impl *impl)
{
    if (!value || !value[0])
        return 0;
    bt_error("%s %s: engine %s takes none; --engine neural does", option, value, impl->name);
    return BAUTA_E_USAGE;
}

int bt_swap_open(struct bt_swap **out, const struct bt_format *format,
                 const struct bt_swap_options *options)
{
    const struct bt_swap_impl *impl = bt_swaps[options->engine];
    char name[BT_PROVIDER_NAME];
    if (!bt_provider_is_auto(options->provider)) {
        const int error = bt_provider_find(options->provider, name);
        if (error)
            return error;
        if ((impl == &bt_swap_mesh || impl == &bt_swap_none) && strcmp(name, BT_PROVIDER_CPU))
            bt_warn("provider %s: engine %s runs no generator, its nets run on the processor",
                    name, impl->name);
    }
    if (impl != &bt_swap_neural) {
        const int error = refuse("mask-model", options->mask_model, impl);
        if (error || refuse("enhancer", options->enhancer, impl))
            return BAUTA_E_USAGE;
    }
    return bt_swap_open_as(out, impl, format, options);
}

int bt_swap_open_as(struct bt_swap **out, const struct bt_swap_impl *impl,
                    const struct bt_format *format,
                    const struct bt_swap_options *options)
{
    struct bt_swap *s = bt_zalloc(sizeof *s);
    if (!s)
        return BAUTA_E_NO_MEMORY;
    s->impl = impl;
    s->options = options;
    s->format = *format;
    memcpy(s->provider, BT_PROVIDER_CPU, sizeof BT_PROVIDER_CPU);
    s->priv = bt_zalloc(impl->priv_size ? impl->priv_size : 1);
    const int error = s->priv ? impl->open(s, format) : BAUTA_E_NO_MEMORY;
    if (error) {
        bt_swap_close(&s);
        return error;
    }
    *out = s;
    return 0;
}

static bool is_finite(const struct bauta_face *at)
{
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        for (int k = 0; k < 3; k++)
            if (!(fabsf(at->landmark[v][k]) < 1e6f))
                return false;
    return at->scale > 1e-3f;
}

int bt_swap_face(struct bt_swap *s, struct bauta_frame *frame,
                 const struct bauta_face *at, const struct bt_source_face *who,
                 double seconds, struct bt_mask *touched)
{
    return is_finite(at) ? s->impl->face(s, frame, at, who, seconds, touched)
                         : BAUTA_E_FAILED;
}

void bt_swap_reset(struct bt_swap *s)
{
    s->impl->reset(s);
}

void bt_swap_close(struct bt_swap **s)
{
    if (!*s)
        return;
    if ((*s)->priv)
        (*s)->impl->close(*s);
    bt_free((*s)->priv);
    bt_freep(s);
}

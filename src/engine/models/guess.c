// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "engine/models/models.h"
#include "nn/nn.h"

// What the ports of a net look like.
struct sight {
    int pictures, vectors, scalars; // inputs
    int size[2];                    // of the pictures
    int made, masks, lists;         // outputs: pictures, masks, vectors
    int length;
    bool last;                      // channels come last
    bool emap;
};

// The side of a square picture of that many channels, 0 where it is none. A side that the
// file leaves open counts as otherwise.
static int side_of(const struct bt_net_port *p, int depth, int otherwise, bool *last)
{
    if (p->rank != 4 || p->shape[0] > 1)
        return 0;
    for (int form = 0; form < 2; form++) {
        const int64_t *side = p->shape + (form ? 1 : 2);
        if (p->shape[form ? 3 : 1] != depth || side[0] != side[1])
            continue;
        *last = form;
        const int64_t n = side[0] ? side[0] : otherwise;
        return n >= BT_PICTURE_MIN && n <= BT_PICTURE_MAX ? (int)n : 0;
    }
    return 0;
}

static bool is_scalar(const struct bt_net_port *p)
{
    bool one = p->rank <= 2;
    for (int i = 0; i < p->rank; i++)
        one &= p->shape[i] <= 1;
    return one;
}

static int length_of(const struct bt_net_port *p)
{
    return p->rank == 2 && p->shape[0] <= 1 && p->shape[1] > 1 && p->shape[1] <= BT_VECTOR_MAX
               ? (int)p->shape[1]
               : 0;
}

static int note_emap(void *opaque, const struct bt_onnx_constant *c)
{
    struct sight *s = opaque;
    s->emap |= c->rank == 2 && c->shape[0] == 512 && c->shape[1] == 512;
    return 0;
}

// False where a port is of no kind that is known here.
static bool look(const struct bt_net_info *info, struct sight *s)
{
    for (int i = 0; i < info->inputs; i++) {
        const struct bt_net_port *p = &info->input[i];
        const int side = side_of(p, 3, 112, &s->last);
        if (side && s->pictures < 2)
            s->size[s->pictures++] = side;
        else if (length_of(p) && !s->vectors++)
            s->length = length_of(p);
        else if (is_scalar(p))
            s->scalars++;
        else
            return false;
    }
    for (int i = 0; i < info->outputs; i++) {
        const struct bt_net_port *p = &info->output[i];
        bool last;
        s->made += side_of(p, 3, s->size[0], &last) == s->size[0] && s->size[0];
        s->masks += side_of(p, 1, s->size[0], &last) == s->size[0] && s->size[0];
        s->lists += length_of(p) > 0;
        if (!s->vectors && length_of(p))
            s->length = length_of(p);
    }
    return true;
}

static void all(float v[3], float value)
{
    v[0] = v[1] = v[2] = value;
}

static void align(struct bt_manifest_picture *p, const char *word)
{
    p->aligned = bt_template_find(word, p->template);
}

static bool guess_generator(const struct sight *s, struct bt_manifest *m, char *words,
                            size_t room)
{
    const char *word = "arcface_128";
    m->role = BT_ROLE_GENERATOR;
    m->input.size = s->size[0];
    if (s->pictures == 1 && s->vectors == 1) {
        m->source.kind = BT_SOURCE_EMBEDDING;
        snprintf(m->source.embedder, sizeof m->source.embedder, "arcface_w600k_r50");
        if (s->emap) {
            m->source.step[m->source.steps++] = BT_STEP_NORMALISE;
            m->source.step[m->source.steps++] = BT_STEP_EMAP;
        }
        m->source.step[m->source.steps++] = BT_STEP_NORMALISE;
    } else if (s->pictures == 2 && !s->vectors && !s->last) {
        word = "ffhq_512";
        m->source.kind = BT_SOURCE_IMAGE;
        m->source.picture.size = s->size[1];
        align(&m->source.picture, word);
        snprintf(m->source.picture.tensor, sizeof m->source.picture.tensor, "source");
        snprintf(m->input.tensor, sizeof m->input.tensor, "target");
    } else if (s->pictures == 1 && s->last && s->masks) {
        word = "dfl_whole_face";
        m->source.kind = BT_SOURCE_NONE;
        m->input.channels = m->output.channels = BT_BGR;
        m->masked = true;
        m->mask.layout = BT_NHWC;
        snprintf(m->output.tensor, sizeof m->output.tensor, "out_celeb_face out_celeb_face:0");
        snprintf(m->mask.tensor, sizeof m->mask.tensor,
                 "out_celeb_face_mask out_celeb_face_mask:0 #2");
        if (s->scalars) {
            snprintf(m->constant[0].tensor, sizeof m->constant[0].tensor, "morph_value");
            m->constant[0].value = .75f;
            m->constants = 1;
        }
    } else {
        return false;
    }
    align(&m->input, word);
    if (s->last)
        m->input.layout = m->output.layout = BT_NHWC;
    // The small ones take 0 to 1, the others -1 to 1; those of DeepFaceLab 0 to 1.
    const bool centred = s->size[0] > 128 && !s->last;
    if (centred) {
        all(m->input.mean, .5f), all(m->input.deviation, .5f);
        all(m->output.mean, .5f), all(m->output.deviation, .5f);
    }
    snprintf(words, room,
             "a generator of %dx%d, %s, template %s, values %s, source: %s",
             s->size[0], s->size[0], s->last ? "nhwc bgr" : "nchw rgb", word,
             centred ? "-1 to 1" : "0 to 1",
             m->source.kind == BT_SOURCE_NONE    ? "none (it is one identity)"
             : m->source.kind == BT_SOURCE_IMAGE ? "a picture"
             : s->emap ? "embedding of arcface_w600k_r50, normalise emap normalise"
                       : "embedding of arcface_w600k_r50, normalise");
    return true;
}

static void guess_mask(const struct sight *s, struct bt_manifest *m, char *words, size_t room)
{
    m->role = BT_ROLE_MASK;
    m->source.kind = BT_SOURCE_NONE;
    m->classes = 1;
    m->input.size = s->size[0];
    m->input.layout = m->mask.layout = s->last ? BT_NHWC : BT_NCHW;
    m->input.channels = BT_BGR;
    align(&m->input, "dfl_whole_face");
    snprintf(words, room, "a mask net of %dx%d, %s bgr, template dfl_whole_face, values 0 to 1",
             s->size[0], s->size[0], s->last ? "nhwc" : "nchw");
}

// A picture for a picture, and nothing that says whose face it is.
static void guess_enhancer(const struct sight *s, struct bt_manifest *m, char *words,
                           size_t room)
{
    m->role = BT_ROLE_ENHANCER;
    m->source.kind = BT_SOURCE_NONE;
    m->input.size = s->size[0];
    all(m->input.mean, .5f), all(m->input.deviation, .5f);
    all(m->output.mean, .5f), all(m->output.deviation, .5f);
    align(&m->input, "ffhq_512");
    if (s->scalars) {
        snprintf(m->constant[0].tensor, sizeof m->constant[0].tensor, "weight");
        m->constant[0].value = .7f;
        m->constants = 1;
    }
    snprintf(words, room, "an enhancer of %dx%d, nchw rgb, template ffhq_512, values -1 to 1%s",
             s->size[0], s->size[0], s->scalars ? ", weight .7" : "");
}

int bt_model_guess(const uint8_t *data, size_t size, const char *path,
                   struct bt_manifest *m, char *words, size_t room)
{
    struct bt_net *net = NULL;
    struct sight s = {.size = {0}};
    const int error = bt_net_load(&net, path, data, size, 1);
    if (error)
        return error;
    *m = (struct bt_manifest){.length = 512, .classes = 1};
    all(m->input.deviation, 1);
    all(m->output.deviation, 1);
    all(m->source.picture.deviation, 1);
    bool known = look(bt_net_info(net), &s) && bt_onnx_constants(data, size, note_emap, &s) >= 0;
    bt_net_close(&net);
    if (known && s.length)
        m->length = s.length;
    if (known && s.pictures == 1 && !s.vectors && s.lists == 1 && !s.made) {
        m->role = BT_ROLE_EMBEDDER;
        m->input.size = s.size[0];
        m->input.layout = s.last ? BT_NHWC : BT_NCHW;
        align(&m->input, "arcface_112_v2");
        all(m->input.mean, .5f), all(m->input.deviation, .5f);
        snprintf(words, room, "an embedder of %dx%d, template arcface_112_v2, values -1 to 1",
                 s.size[0], s.size[0]);
    } else if (known && !s.pictures && s.vectors == 1 && s.lists == 1) {
        m->role = BT_ROLE_CONVERTER;
        snprintf(words, room, "a converter of vectors of %d numbers", s.length);
    } else if (known && s.pictures == 1 && !s.vectors && !s.scalars && s.masks == 1 && !s.made) {
        guess_mask(&s, m, words, room);
    } else if (known && s.pictures == 1 && !s.vectors && s.made && !s.masks && !s.last) {
        guess_enhancer(&s, m, words, room);
    } else {
        known = known && s.made && guess_generator(&s, m, words, room);
    }
    if (known)
        return 0;
    bt_error("%s: its inputs and outputs are those of no kind of model that is known here; "
             "write a manifest for it (docs/models.md)", path);
    return BAUTA_E_MODEL;
}

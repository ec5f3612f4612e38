// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Below this many of 100 a photo is poor enough to be warned of.
enum { POOR = 40, NAMES_MAX = 256 };

bool bt_is_path(const char *word)
{
    return strpbrk(word, "/.") != NULL;
}

struct words {
    char name[NAMES_MAX][BAUTA_NAME_MAX + 1];
    const char *word[NAMES_MAX + 1];
    int count;
};

static int collect(void *opaque, const char *name)
{
    struct words *words = opaque;
    if (words->count == NAMES_MAX)
        return 1;
    snprintf(words->name[words->count], sizeof(words->name[0]), "%s", name);
    words->word[words->count] = words->name[words->count];
    words->count++;
    return 0;
}

int bt_say_no_face(const char *name, bool path_too)
{
    struct words *words = calloc(1, sizeof(*words));
    const char *too = path_too ? ", and there is no such file" : "";
    if (words)
        bauta_identity_list(collect, words);
    const char *near = words ? bt_nearest(name, words->word) : NULL;
    if (near)
        bt_say_error("%s: no face of this name is enrolled%s; did you mean %s?", name,
                     too, near);
    else
        bt_say_error(
            "%s: no face of this name is enrolled%s; bauta face list shows which "
            "are, bauta face add %s PHOTO --consent GROUND enrols one",
            name, too, name);
    free(words);
    return BAUTA_E_NOT_FOUND;
}

static void advise(FILE *file, const struct bauta_score *score, const char *before)
{
    for (int i = 0; i < BAUTA_SCORE_COUNT; i++) {
        const char *advice = bauta_score_advice(score, (enum bauta_score_part)i);
        if (advice)
            fprintf(file, "%s%s\n", before, advice);
    }
}

void bt_print_score(FILE *file, const struct bauta_score *score)
{
    fprintf(file, "    %.0f of 100:", (double)score->total);
    for (int i = 0; i < BAUTA_SCORE_COUNT; i++)
        fprintf(file, "%s %s %.0f", i ? "," : "",
                bauta_score_name((enum bauta_score_part)i), (double)score->part[i]);
    fprintf(file, "\n    face %.0f pixels wide, turned %.0f degrees aside and %.0f %s\n",
            (double)score->width, fabs((double)score->yaw), fabs((double)score->pitch),
            score->pitch < 0 ? "up" : "down");
    advise(file, score, "    - ");
}

void bt_warn_score(const char *name, const struct bauta_score *score)
{
    if (score->total >= POOR)
        return;
    bt_say("warning: %s: this photo scores %.0f of 100 as a source", name,
           (double)score->total);
    advise(stderr, score, "bauta:   ");
}

void bt_json_score(struct bt_json *json, const struct bauta_score *s)
{
    bt_json_object(json, "score");
    bt_json_number(json, "total", (double)s->total);
    for (int i = 0; i < BAUTA_SCORE_COUNT; i++)
        bt_json_number(json, bauta_score_name((enum bauta_score_part)i),
                       (double)s->part[i]);
    const struct {
        const char *key;
        float value;
    } measured[] = {
        {"yaw_degrees", s->yaw},   {"pitch_degrees", s->pitch},
        {"face_pixels", s->width}, {"uneven_light", s->uneven},
        {"burnt_out", s->clipped}, {"brightest", s->bright},
        {"covered", s->covered},   {"outside", s->outside},
        {"mouth_gap", s->mouth},   {"smile", s->smile},
        {"blur", s->blur},
    };
    bt_json_object(json, "measured");
    for (size_t i = 0; i < sizeof(measured) / sizeof(measured[0]); i++)
        bt_json_number(json, measured[i].key, (double)measured[i].value);
    bt_json_end_object(json);
    bt_json_array(json, "advice");
    for (int i = 0; i < BAUTA_SCORE_COUNT; i++) {
        const char *advice = bauta_score_advice(s, (enum bauta_score_part)i);
        if (advice)
            bt_json_text(json, NULL, advice);
    }
    bt_json_end_array(json);
    bt_json_end_object(json);
}

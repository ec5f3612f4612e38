// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "engine/select/wearer.h"

// Cosines of the vectors of whole heads. By "quality --cuts" frames of one person are
// alike by .80 (5 % of them below .59), different people by .36 (1 % of them above .52).
static const float sure = .60f;    // one look is enough from here on
static const float alike = .52f;   // the mean of several looks
static const float leave = .45f;   // below it a name is lost
static const float unlike = .40f;  // one look is enough to tell a stranger
static const float margin = .05f;  // by which the best name is better than the second
static const float clear = .12f;   // by so much, one look is enough as well
static const float keep = .06f;    // by which another must be more alike
enum { SEVERAL = 3, MEMORY = 6 };

static const double pause_open = .1, pause_none = 1, pause_known = 2;   // seconds

void bt_who_begin(struct bt_who *who)
{
    *who = (struct bt_who){.person = BT_WHO_OPEN, .looked = -INFINITY};
}

void bt_who_inherit(struct bt_who *who)
{
    who->weight = fminf(who->weight, 1);
    who->looks = who->looks < 1 ? who->looks : 1;
    who->looked = -INFINITY;
}

void bt_who_add(struct bt_who *who, const float cosine[BT_WEARERS_MAX], int wearers,
                double seconds)
{
    for (int i = 0; i < wearers; i++)
        who->likeness[i] = (who->likeness[i] * who->weight + cosine[i]) / (who->weight + 1);
    who->weight = fminf(who->weight + 1, MEMORY);
    who->looks++;
    who->looked = seconds;
}

static float best_other(const struct bt_who *who, int wearers, int name)
{
    float best = -1;
    for (int i = 0; i < wearers; i++)
        best = i != name ? fmaxf(best, who->likeness[i]) : best;
    return best;
}

// What speaks for a name, or -1.
static float claim(const struct bt_who *who, int wearers, int name)
{
    const float likeness = who->likeness[name];
    if (!who->looks)
        return -1;
    if (who->person == name)
        return likeness >= leave ? likeness + keep : -1;
    const float ahead = likeness - best_other(who, wearers, name);
    const bool enough =
        who->looks >= SEVERAL || likeness >= sure || (wearers > 1 && ahead >= clear);
    return enough && likeness >= alike && ahead >= margin ? likeness : -1;
}

static void settle_rest(struct bt_who *who, int wearers)
{
    const float best = best_other(who, wearers, -1);
    const bool told = who->looks >= SEVERAL || (who->looks && best < unlike);
    who->person = told ? BT_WHO_NONE : BT_WHO_OPEN;
}

void bt_who_settle(struct bt_who *const who[], int count, int wearers)
{
    int given[BAUTA_FACES_MAX], holder[BT_WEARERS_MAX];
    for (int i = 0; i < count; i++)
        given[i] = -1;
    for (int i = 0; i < wearers; i++)
        holder[i] = -1;
    for (;;) {
        float best = 0;
        int face = -1, name = -1;
        for (int i = 0; i < count; i++)
            for (int k = 0; k < wearers && given[i] < 0; k++) {
                const float value = holder[k] < 0 ? claim(who[i], wearers, k) : -1;
                if (value > best) {
                    best = value;
                    face = i;
                    name = k;
                }
            }
        if (face < 0)
            break;
        given[face] = name;
        holder[name] = face;
    }
    for (int i = 0; i < count; i++) {
        if (given[i] >= 0)
            who[i]->person = given[i];
        else
            settle_rest(who[i], wearers);
    }
}

bool bt_who_due(const struct bt_who *who, double seconds)
{
    const double pause = who->person == BT_WHO_OPEN   ? pause_open
                         : who->person == BT_WHO_NONE ? pause_none
                         : who->looks < SEVERAL       ? pause_open
                                                      : pause_known;
    // Time may run backwards where a source begins again.
    return !(fabs(seconds - who->looked) < pause);
}

bool bt_who_seen(const struct bauta_face *face)
{
    const float width = face->box[2] - face->box[0];
    return face->origin == BAUTA_FACE_TRACKED && width >= 24 && fabsf(face->yaw) <= 40 &&
           fabsf(face->pitch) <= 30;
}

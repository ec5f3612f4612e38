// SPDX-License-Identifier: Apache-2.0
#include "engine/select/select.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "frame/geom.h"

// A new id near a face that vanished this long ago is taken for the same face.
static const double heir_seconds = 2;
// So long a missing favourite keeps its title before another gets it.
static const double patience_seconds = 1;
// Another face becomes the largest only when its area is larger by this factor.
static const float larger = 1.3f;

int bt_target_parse(const char *what, const char *text, struct bt_target *out)
{
    static const char *const words[] = {"all", "largest", "left", "right"};
    for (int i = 0; i < 4; i++) {
        if (!strcmp(text, words[i])) {
            *out = (struct bt_target){.kind = (enum bt_target_kind)i};
            return 0;
        }
    }
    char *end = NULL;
    const long number = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || number < 1 ||
        number > BAUTA_FACES_MAX) {
        bt_error(
            "%s: '%s' is none of all, largest, left, right, or a number from 1 to %d",
            what, text, BAUTA_FACES_MAX);
        return BAUTA_E_USAGE;
    }
    *out = (struct bt_target){.kind = BT_TARGET_NUMBER, .number = (int)number};
    return 0;
}

void bt_target_name(const struct bt_target *target, char *out, size_t size)
{
    static const char *const words[] = {"all", "largest", "left", "right"};
    if (target->kind == BT_TARGET_NUMBER)
        snprintf(out, size, "%d", target->number);
    else if (target->kind == BT_TARGET_WEARER)
        snprintf(out, size, "photo %d", target->number + 1);
    else
        snprintf(out, size, "%s", words[target->kind]);
}

static void forget(struct bt_select *s)
{
    s->known_count = 0;
    s->left = s->right = s->largest = -1;
}

void bt_select_init(struct bt_select *s, const struct bt_target *rows, int count,
                    struct bt_target all)
{
    s->row_count = count < BT_TARGETS_MAX ? count : BT_TARGETS_MAX;
    memcpy(s->rows, rows, (size_t)s->row_count * sizeof(rows[0]));
    s->all = all;
    forget(s);
}

static float area(const float box[4])
{
    return fmaxf(box[2] - box[0], 0) * fmaxf(box[3] - box[1], 0);
}

// Boxes that overlap, or whose centres are nearer than the mean of their widths.
static bool near_box(const float a[4], const float b[4])
{
    if (bt_box_iou(a, b) > .1f)
        return true;
    const float dx = (a[0] + a[2] - b[0] - b[2]) / 2,
                dy = (a[1] + a[3] - b[1] - b[3]) / 2;
    const float width = (a[2] - a[0] + b[2] - b[0]) / 2;
    return hypotf(dx, dy) < width;
}

static int find_id(const struct bt_select *s, int id)
{
    for (int i = 0; i < s->known_count; i++) {
        if (s->known[i].id == id)
            return i;
    }
    return -1;
}

struct bt_known *bt_select_find(struct bt_select *s, int id)
{
    const int at = find_id(s, id);
    return at >= 0 ? &s->known[at] : NULL;
}

static bool has_id(const struct bt_faces *faces, int id)
{
    for (int i = 0; i < faces->count; i++) {
        if (faces->face[i].id == id && faces->face[i].origin != BAUTA_FACE_SUSPECTED)
            return true;
    }
    return false;
}

// The face that vanished where this one appears, or -1.
static int find_heir(const struct bt_select *s, const struct bt_faces *faces,
                     const struct bauta_face *face, double seconds)
{
    int best = -1;
    for (int i = 0; i < s->known_count; i++) {
        const struct bt_known *k = &s->known[i];
        if (has_id(faces, k->id) || seconds - k->last > heir_seconds ||
            !near_box(k->box, face->box))
            continue;
        if (best < 0 || k->last > s->known[best].last)
            best = i;
    }
    return best;
}

// A free entry, else the one seen longest ago among those nobody holds a title on.
static int make_entry(struct bt_select *s)
{
    if (s->known_count < BT_KNOWN_MAX)
        return s->known_count++;
    int oldest = -1;
    for (int i = 0; i < s->known_count; i++) {
        if (i == s->left || i == s->right || i == s->largest)
            continue;
        if (oldest < 0 || s->known[i].last < s->known[oldest].last)
            oldest = i;
    }
    return oldest;
}

static int meet(struct bt_select *s, const struct bt_faces *faces,
                const struct bauta_face *face, double seconds)
{
    int index = find_id(s, face->id);
    if (index < 0) {
        index = find_heir(s, faces, face, seconds);
        if (index >= 0) {
            bt_who_inherit(&s->known[index].who);
        } else {
            index = make_entry(s);
            s->known[index].place = face->order;
            s->known[index].first = seconds;
            bt_who_begin(&s->known[index].who);
        }
        s->known[index].id = face->id;
    }
    memcpy(s->known[index].box, face->box, sizeof(face->box));
    s->known[index].last = seconds;
    return index;
}

// Keeps the title of the outermost face where it is, unless its holder has been away and
// somebody came after that.
static void settle_side(struct bt_select *s, int *title, int sign, double seconds)
{
    double since = -INFINITY;
    if (*title >= 0) {
        since = s->known[*title].last;
        if (seconds - since <= patience_seconds)
            return;
    }
    int best = -1;
    for (int i = 0; i < s->known_count; i++) {
        const struct bt_known *k = &s->known[i];
        if (k->last < seconds || k->first <= since)
            continue;
        if (best < 0 || sign * k->place > sign * s->known[best].place)
            best = i;
    }
    if (best >= 0)
        *title = best;
}

static void settle_largest(struct bt_select *s, double seconds)
{
    int best = -1;
    for (int i = 0; i < s->known_count; i++) {
        if (s->known[i].last < seconds)
            continue;
        if (best < 0 || area(s->known[i].box) > area(s->known[best].box))
            best = i;
    }
    if (best < 0 || best == s->largest)
        return;
    if (s->largest >= 0) {
        const struct bt_known *now = &s->known[s->largest];
        const bool away = seconds - now->last > patience_seconds;
        const bool present = now->last >= seconds;
        if (!away && !(present && area(s->known[best].box) > larger * area(now->box)))
            return;
    }
    s->largest = best;
}

static bool matches(const struct bt_select *s, struct bt_target target, int index)
{
    switch (target.kind) {
    case BT_TARGET_ALL:
        return true;
    case BT_TARGET_LARGEST:
        return index == s->largest;
    case BT_TARGET_LEFT:
        return index == s->left;
    case BT_TARGET_RIGHT:
        return index == s->right;
    case BT_TARGET_NUMBER:
        return s->known[index].place == target.number - 1;
    case BT_TARGET_WEARER:
        return s->known[index].who.person == target.number;
    }
    return false;
}

// The most particular row wins: a wearer, then a number, a side, the largest, all.
static int find_row(const struct bt_select *s, int index)
{
    static const int rank[] = {[BT_TARGET_ALL] = 0,   [BT_TARGET_LARGEST] = 1,
                               [BT_TARGET_LEFT] = 2,  [BT_TARGET_RIGHT] = 2,
                               [BT_TARGET_NUMBER] = 3, [BT_TARGET_WEARER] = 4};
    int best = -1;
    for (int i = 0; i < s->row_count; i++) {
        const struct bt_target row = s->rows[i];
        if (row.kind == BT_TARGET_WEARER && s->known[index].who.person == BT_WHO_OPEN)
            return BT_ROW_OPEN;
        const bool hit = matches(s, row, index) &&
                         (row.kind != BT_TARGET_ALL || matches(s, s->all, index));
        if (hit && (best < 0 || rank[row.kind] > rank[s->rows[best].kind]))
            best = i;
    }
    return best;
}

static int find_row_suspected(const struct bt_select *s, const struct bauta_face *face)
{
    for (int i = 0; i < s->known_count; i++) {
        if (s->known[i].id == face->id || near_box(s->known[i].box, face->box))
            return find_row(s, i);
    }
    return s->row_count > 0 ? 0 : -1;
}

void bt_select_meet(struct bt_select *s, const struct bt_faces *faces, double seconds,
                    int index[BAUTA_FACES_MAX])
{
    if (faces->cut)
        forget(s);
    for (int i = 0; i < faces->count; i++) {
        const bool suspected = faces->face[i].origin == BAUTA_FACE_SUSPECTED;
        index[i] = suspected ? -1 : meet(s, faces, &faces->face[i], seconds);
    }
    settle_side(s, &s->left, -1, seconds);
    settle_side(s, &s->right, 1, seconds);
    settle_largest(s, seconds);
}

void bt_select_rows(struct bt_select *s, const struct bt_faces *faces,
                    const int index[BAUTA_FACES_MAX], int row[BAUTA_FACES_MAX])
{
    for (int i = 0; i < faces->count; i++) {
        row[i] = index[i] >= 0 ? find_row(s, index[i])
                               : find_row_suspected(s, &faces->face[i]);
    }
}

void bt_select_faces(struct bt_select *s, const struct bt_faces *faces, double seconds,
                     int row[BAUTA_FACES_MAX])
{
    int index[BAUTA_FACES_MAX];
    bt_select_meet(s, faces, seconds, index);
    bt_select_rows(s, faces, index, row);
}

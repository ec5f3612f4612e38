// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static struct bt_person *find_person(struct bt_photos *photos, const char *target,
                                     size_t length)
{
    for (int i = 0; i < photos->count; i++) {
        struct bt_person *person = &photos->person[i];
        if (strlen(person->target) == length && !strncmp(person->target, target, length))
            return person;
    }
    return NULL;
}

static int add(struct bt_photos *photos, const char *target, size_t length,
               const char *path)
{
    struct bt_person *person = find_person(photos, target, length);
    if (!person && photos->count == BT_PEOPLE_MAX) {
        bt_say_error("%s: more than %d people", path, BT_PEOPLE_MAX);
        return BAUTA_E_USAGE;
    }
    if (!person) {
        person = &photos->person[photos->count];
        if (length >= sizeof(person->target)) {
            bt_say_error("--map %.40s: the target is too long", target);
            return BAUTA_E_USAGE;
        }
        *person = (struct bt_person){0};
        memcpy(person->target, target, length);
        photos->count++;
    }
    int drawn = 0;
    const int nobody = bauta_anonymous_parse(path, &person->seed, &drawn);
    if (nobody < 0)
        return nobody;
    if (person->anonymous || (nobody && person->count)) {
        bt_say_error("%s: nobody's face cannot be put together with another one", path);
        return BAUTA_E_USAGE;
    }
    person->anonymous = nobody;
    person->drawn = drawn;
    if (person->count == BAUTA_PHOTOS_MAX) {
        bt_say_error("%s: more than %d photos of one person", path, BAUTA_PHOTOS_MAX);
        return BAUTA_E_USAGE;
    }
    person->photo[person->count++] = (struct bauta_photo){.path = path};
    photos->last = person;
    return 0;
}

int bt_photos_add(struct bt_photos *photos, const char *path)
{
    return add(photos, "all", 3, path);
}

int bt_photos_map(struct bt_photos *photos, const char *rule)
{
    // The wearer's file may have one in its name, too.
    const char *equals = strncmp(rule, "photo:", 6) ? strchr(rule, '=') : strrchr(rule, '=');
    if (!equals || equals == rule || !equals[1]) {
        bt_say_error("--map %s: it has the form TARGET=PHOTO, for instance 2=anna.jpg",
                     rule);
        return BAUTA_E_USAGE;
    }
    return add(photos, rule, (size_t)(equals - rule), equals + 1);
}

int bt_photos_consent(struct bt_photos *photos, const char *ground)
{
    const char **place = photos->last ? &photos->last->consent : &photos->consent;
    if (*place && strcmp(*place, ground) != 0) {
        bt_say_error("--consent %s: %s has its ground already, %s", ground,
                     photos->last ? photos->last->photo[0].path : "every photo", *place);
        return BAUTA_E_USAGE;
    }
    *place = ground;
    return 0;
}

int bt_photos_face(struct bt_photos *photos, const char *number)
{
    struct bt_person *last = photos->last;
    int *place = last ? &last->photo[last->count - 1].face : &photos->face;
    return bt_parse_int("--source-face", number, 1, BAUTA_FACES_MAX, place);
}

// A name that is enrolled. 0 where it is none and a path may be meant.
static int open_enrolled(struct bt_person *person)
{
    const char *name = person->photo[0].path;
    if (bt_is_path(name) || bauta_name_check(name))
        return 0;
    const int result = bauta_identity_load(name, &person->identity);
    if (result == BAUTA_E_NOT_FOUND)
        return access(name, F_OK) ? bt_say_no_face(name, true) : 0;
    if (result < 0)
        return result;
    struct bauta_identity_info info;
    bauta_identity_info(person->identity, &info);
    person->enrolled = true;
    if (person->photo[0].face) {
        bt_say_error("%s: --source-face is said when a face is enrolled", name);
        return BAUTA_E_USAGE;
    }
    if (person->consent && strcmp(person->consent, info.consent) != 0) {
        bt_say_error("--consent %s: %s was enrolled on the ground %s; leave it away, or "
                     "enrol %s again with --force",
                     person->consent, name, info.consent, name);
        return BAUTA_E_CONSENT;
    }
    person->consent = info.consent;
    return 0;
}

// An enrolled face stands alone.
static int check_paths(const struct bt_person *person)
{
    for (int i = 0; i < person->count; i++) {
        const char *path = person->photo[i].path;
        if (bt_is_path(path) || bauta_name_check(path) || !access(path, F_OK))
            continue;
        bt_say_error("%s: there is no such file, and an enrolled face cannot be put "
                     "together with photos; enrol it again from all of them",
                     path);
        return BAUTA_E_NOT_FOUND;
    }
    return 0;
}

int bt_person_ask(struct bt_photos *photos, struct bt_person *person)
{
    const char *photo = person->photo[0].path;
    if (person->consent || photos->consent || access(photo, F_OK))
        return 0;
    const int result = bt_ask_consent(photo, person->asked, sizeof(person->asked));
    if (result > 0)
        person->consent = person->asked;
    return result < 0 ? result : 0;
}

int bt_photos_ask(struct bt_photos *photos, struct bauta *engine)
{
    int result = 0;
    bt_catch_signals(NULL);
    for (int i = 0; i < photos->count && result >= 0; i++) {
        struct bt_person *person = &photos->person[i];
        if (person->anonymous)
            continue;
        result = person->count == 1 ? open_enrolled(person) : 0;
        if (result >= 0 && !person->identity)
            result = bt_person_ask(photos, person);
    }
    bt_catch_signals(engine);
    return result;
}

static int open_nobody(struct bt_person *person)
{
    if (person->photo[0].face) {
        bt_say_error("%s: --source-face is for photos", person->photo[0].path);
        return BAUTA_E_USAGE;
    }
    if (person->consent && strcmp(person->consent, "synthetic") != 0) {
        bt_say_error("--consent %s: %s is nobody's face, its ground is synthetic; leave it "
                     "away", person->consent, person->photo[0].path);
        return BAUTA_E_CONSENT;
    }
    person->consent = "synthetic";
    const int result = bauta_identity_anonymous(person->seed, &person->identity);
    if (result >= 0 && person->drawn)
        bt_say("anonymous: a face of nobody; -f anonymous:%llu brings it back",
               (unsigned long long)person->seed);
    return result;
}

int bt_person_open(struct bt_photos *photos, struct bt_person *person, const char *models)
{
    if (person->anonymous)
        return open_nobody(person);
    if (!person->consent)
        person->consent = photos->consent;
    const struct bauta_identity_params params = {
        .consent = person->consent, .face = photos->face, .models = models};
    return bauta_identity_open_photos(person->photo, person->count, &params,
                                      &person->identity);
}

static int open_person(struct bt_photos *photos, struct bt_person *person,
                       const char *models)
{
    const bool made = person->identity || person->anonymous;
    int result = made                 ? 0
                 : person->count == 1 ? open_enrolled(person)
                                      : check_paths(person);
    if (result < 0 || person->identity)
        return result;
    result = bt_person_open(photos, person, models);
    if (result < 0 || person->anonymous)
        return result;
    struct bauta_photo_info best;
    struct bauta_score *score = &best.score;
    bauta_identity_photo(person->identity, 0, &best);
    if (bauta_identity_photos(person->identity) > 1) {
        // What one photo does not show of a face the others do.
        static const enum bauta_score_part parts[] = {BAUTA_SCORE_POSE, BAUTA_SCORE_COVER};
        for (int i = 0; i < 2; i++) {
            score->total *= 100 / fmaxf(score->part[parts[i]], 1);
            score->part[parts[i]] = 100;
        }
    }
    bt_warn_score(person->photo[best.given].path, score);
    return 0;
}

int bt_photos_open(struct bt_photos *photos, struct bauta *engine, const char *models)
{
    for (int i = 0; i < photos->count; i++) {
        struct bt_person *person = &photos->person[i];
        int result = open_person(photos, person, models);
        if (result >= 0)
            result = bauta_map(engine, person->target, person->identity);
        if (result < 0)
            return result;
    }
    return 0;
}

void bt_photos_finish(struct bt_photos *photos)
{
    for (int i = 0; i < photos->count; i++)
        bauta_identity_unref(&photos->person[i].identity);
}

static void put_person(struct bt_json *json, const struct bt_person *person)
{
    struct bauta_photo_info info;
    const struct bauta_identity *identity = person->identity;
    for (int i = 0; !bauta_identity_photo(identity, i, &info); i++) {
        bt_json_object(json, NULL);
        if (person->enrolled)
            bt_json_text(json, "name", person->photo[0].path);
        bt_json_text(json, "path",
                     person->enrolled || person->anonymous
                         ? NULL : person->photo[info.given].path);
        bt_json_text(json, "file", info.name);
        bt_json_text(json, "sha256", info.sha256[0] ? info.sha256 : NULL);
        bt_json_text(json, "target", person->target);
        bt_json_text(json, "consent", person->consent);
        bt_json_int(json, "face", info.info.chosen);
        bt_json_int(json, "faces", info.info.faces);
        bt_json_score(json, &info.score);
        bt_json_end_object(json);
    }
}

void bt_photos_json(struct bt_json *json, const struct bt_photos *photos)
{
    bt_json_array(json, "photos");
    for (int i = 0; i < photos->count; i++) {
        if (photos->person[i].identity)
            put_person(json, &photos->person[i]);
    }
    bt_json_end_array(json);
}

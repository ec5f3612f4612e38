// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "live/window/window.h"

int bt_air_open(struct bt_air *air, struct bt_live_job *job)
{
    *air = (struct bt_air){.job = job, .photo = -1};
    for (int i = 0; i < BAUTA_OUTPUTS_MAX; i++)
        air->number[i] = job->on_air && i < job->output_count ? i : -1;
    air->state = job->on_air && job->output_count ? BT_AIR_ON : BT_AIR_OFF;
    return pthread_mutex_init(&air->lock, NULL) ? BAUTA_E_FAILED : 0;
}

// The thread ----------------------------------------------------------------------------

static void keep(struct bt_air *air, int index, int number, int error)
{
    pthread_mutex_lock(&air->lock);
    air->number[index] = number;
    air->error[index] = error;
    pthread_mutex_unlock(&air->lock);
}

static void begin(struct bt_air *air)
{
    int good = 0;
    for (int i = 0; i < air->job->output_count; i++) {
        const int number = bauta_output_add(air->job->engine, air->job->output[i]);
        keep(air, i, number < 0 ? -1 : number, number < 0 ? number : 0);
        good += number >= 0;
    }
    pthread_mutex_lock(&air->lock);
    air->state = good ? BT_AIR_ON : BT_AIR_OFF;
    pthread_mutex_unlock(&air->lock);
}

static void end(struct bt_air *air)
{
    for (int i = 0; i < air->job->output_count; i++) {
        if (air->number[i] >= 0)
            bauta_output_remove(air->job->engine, air->number[i]);
    }
    pthread_mutex_lock(&air->lock);
    air->state = BT_AIR_OFF;
    pthread_mutex_unlock(&air->lock);
}

static void *air_main(void *opaque)
{
    struct bt_air *air = opaque;
    if (bt_air_state(air) == BT_AIR_BEGINS)
        begin(air);
    else
        end(air);
    return NULL;
}

static void join(struct bt_air *air)
{
    if (air->threaded)
        pthread_join(air->thread, NULL);
    air->threaded = false;
}

// Calls ---------------------------------------------------------------------------------

enum bt_air_state bt_air_state(struct bt_air *air)
{
    pthread_mutex_lock(&air->lock);
    const enum bt_air_state state = air->state;
    pthread_mutex_unlock(&air->lock);
    return state;
}

void bt_air_toggle(struct bt_air *air)
{
    const enum bt_air_state state = bt_air_state(air);
    if (!air->job->output_count || state == BT_AIR_BEGINS || state == BT_AIR_ENDS)
        return;
    join(air);
    air->state = state == BT_AIR_OFF ? BT_AIR_BEGINS : BT_AIR_ENDS;
    air->threaded = !pthread_create(&air->thread, NULL, air_main, air);
    if (!air->threaded)
        air->state = state;
}

void bt_air_settle(struct bt_air *air, bool runs)
{
    pthread_mutex_lock(&air->lock);
    if (air->state == BT_AIR_ON && !runs)
        air->state = BT_AIR_OFF;
    pthread_mutex_unlock(&air->lock);
}

// What may be shown of an address before the engine knows it: nothing of a password or a
// stream key.
static void public_name(const char *url, char *out, size_t size)
{
    const char *host = strstr(url, "://");
    if (!host) {
        snprintf(out, size, "%s", url);
        return;
    }
    host += 3;
    const size_t length = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', length);
    const char *from = at ? at + 1 : host;
    snprintf(out, size, "%.*s%.*s%s", (int)(host - url), url, (int)(host + length - from),
             from, host[length] ? "/..." : "");
}

static void describe(const struct bauta_output_info *info, struct bt_output_row *out)
{
    char dropped[40] = "";
    if (info->dropped)
        snprintf(dropped, sizeof(dropped), ", %lld dropped", (long long)info->dropped);
    switch (info->state) {
    case BAUTA_OUTPUT_RUNS:
        out->colour = BT_C_RED;
        out->runs = true;
        snprintf(out->state, sizeof(out->state), "%lld frames%s", (long long)info->frames,
                 dropped);
        break;
    case BAUTA_OUTPUT_REOPENS:
        out->colour = BT_C_AMBER;
        out->runs = true;
        snprintf(out->state, sizeof(out->state), "%s; trying again",
                 bauta_strerror(info->error));
        break;
    case BAUTA_OUTPUT_FAILED:
        out->colour = BT_C_AMBER;
        snprintf(out->state, sizeof(out->state), "%s", bauta_strerror(info->error));
        break;
    case BAUTA_OUTPUT_ENDED:
        snprintf(out->state, sizeof(out->state), "ended, %lld frames%s",
                 (long long)info->frames, dropped);
        break;
    default: snprintf(out->state, sizeof(out->state), "waits");
    }
}

void bt_air_row(struct bt_air *air, int index, struct bt_output_row *out)
{
    struct bauta_output_info info;
    pthread_mutex_lock(&air->lock);
    const int number = air->number[index], error = air->error[index];
    const enum bt_air_state state = air->state;
    pthread_mutex_unlock(&air->lock);
    *out = (struct bt_output_row){.colour = BT_C_DIM};
    public_name(air->job->output[index], out->name, sizeof(out->name));
    if (number >= 0 && bauta_output_at(air->job->engine, number, &info) >= 0) {
        describe(&info, out);
    } else if (error < 0) {
        out->colour = BT_C_AMBER;
        snprintf(out->state, sizeof(out->state), "%s%s", bauta_strerror(error),
                 error == BAUTA_E_EXISTS ? "; --force overwrites it" : "");
    } else {
        const bool begins = state == BT_AIR_BEGINS;
        snprintf(out->state, sizeof(out->state), "%s",
                 begins ? "is being opened" : "waits for you to go on air");
    }
}

// Photos --------------------------------------------------------------------------------

static bool is_folder(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISDIR(st.st_mode) && !access(path, W_OK);
}

// The folder of pictures as the desktop has it, else ~/Pictures, else this one.
static void pictures_folder(char *out, size_t size)
{
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
    char path[512], line[512], rest[400];
    snprintf(path, sizeof(path), "%s%s/user-dirs.dirs",
             config && *config ? config : home ? home : "",
             config && *config ? "" : "/.config");
    FILE *file = fopen(path, "re");
    bool found = false;
    while (file && !found && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "XDG_PICTURES_DIR=\"$HOME/%399[^\"\n]\"", rest) == 1 && home)
            snprintf(out, size, "%s/%s", home, rest);
        else if (sscanf(line, "XDG_PICTURES_DIR=\"/%399[^\"\n]\"", rest) == 1)
            snprintf(out, size, "/%s", rest);
        else
            continue;
        found = is_folder(out);
    }
    if (file)
        fclose(file);
    if (!found && home)
        snprintf(out, size, "%s/Pictures", home);
    if (!found && !(home && is_folder(out)))
        snprintf(out, size, ".");
}

int bt_air_photo(struct bt_air *air, char *text, size_t size)
{
    char folder[800], stamp[32];
    const time_t now = time(NULL);
    struct tm local;
    if (air->photo >= 0)
        return BAUTA_E_AGAIN;
    pictures_folder(folder, sizeof(folder));
    strftime(stamp, sizeof(stamp), "%Y-%m-%d-%H%M%S", localtime_r(&now, &local));
    for (int i = 1; i < 100; i++) {
        char more[8] = "";
        if (i > 1)
            snprintf(more, sizeof(more), "-%d", i);
        snprintf(air->photo_path, sizeof(air->photo_path), "%s/bauta-%s%s.png", folder,
                 stamp, more);
        if (access(air->photo_path, F_OK))
            break;
    }
    // The engine writes it, as it writes every output: labelled.
    const int number = bauta_output_add(air->job->engine, air->photo_path);
    if (number < 0) {
        snprintf(text, size, "%s: %s", air->photo_path, bauta_strerror(number));
        return number;
    }
    air->photo = number;
    return 0;
}

int bt_air_photo_done(struct bt_air *air, char *text, size_t size)
{
    struct bauta_output_info info;
    if (air->photo < 0)
        return BAUTA_E_END;
    if (bauta_output_at(air->job->engine, air->photo, &info) < 0)
        info = (struct bauta_output_info){.state = BAUTA_OUTPUT_FAILED,
                                          .error = BAUTA_E_FAILED};
    if (info.state == BAUTA_OUTPUT_RUNS || info.state == BAUTA_OUTPUT_NOTED)
        return BAUTA_E_AGAIN;
    air->photo = -1;
    const int result = info.state == BAUTA_OUTPUT_FAILED ? info.error : 0;
    if (result < 0)
        snprintf(text, size, "%s: %s", air->photo_path, bauta_strerror(result));
    else
        snprintf(text, size, "Photo taken: %s", air->photo_path);
    return result;
}

void bt_air_close(struct bt_air *air)
{
    join(air);
    pthread_mutex_destroy(&air->lock);
}

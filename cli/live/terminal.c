// SPDX-License-Identifier: Apache-2.0
#include "live/live.h"

#include <poll.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { STEP_MS = 50, LINE_STEPS = 8, PLAIN_STEPS = 100 };

static struct termios usual;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + now.tv_nsec / 1e9;
}

// Keys arrive one by one, without being shown; Ctrl-C still ends.
static bool take_keys(void)
{
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &usual) ||
        tcgetpgrp(STDIN_FILENO) != getpgrp())
        return false;
    struct termios raw = usual;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    return !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void wear(struct bt_live_job *job, int index)
{
    struct bt_wardrobe_face face;
    if (bt_wardrobe_get(job->wardrobe, index, &face) < 0) {
        bt_say("key %d: there is no such face; bauta face add enrols one", index + 1);
        return;
    }
    const int result = bt_wardrobe_wear(job->wardrobe, index);
    if (result < 0)
        bt_say_error("%s: %s", face.name, bauta_strerror(result));
    else
        bt_say("%s is put on", face.name);
}

static void list_faces(struct bt_live_job *job)
{
    struct bt_wardrobe_face face;
    for (int i = 0; bt_wardrobe_get(job->wardrobe, i, &face) >= 0; i++) {
        static const char *const states[] = {" (is being read)", "", " (failed)"};
        if (i < BT_WARDROBE_KEYS)
            bt_say("  %d  %s%s%s", i + 1, face.name, face.worn ? ", worn" : "",
                   states[face.state]);
    }
}

static void say_keys(void)
{
    bt_say("keys: space covers everything, 1 to 9 change the face, f lists the faces, "
           "q ends");
}

static void take_key(struct bt_live_job *job, char key)
{
    if (key == ' ') {
        bt_live_cover(job, !job->covered);
        bt_say("%s", job->covered ? "covered: space uncovers" : "uncovered");
    } else if (key >= '1' && key <= '9') {
        wear(job, key - '1');
    } else if (key == 'f') {
        list_faces(job);
    } else if (key == 'q') {
        bauta_stop(job->engine);
    } else if (key == '?' || key == 'h') {
        say_keys();
    }
}

static void read_keys(struct bt_live_job *job)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char key = 0;
    while (poll(&in, 1, 0) > 0 && read(STDIN_FILENO, &key, 1) == 1)
        take_key(job, key);
}

// What ended by itself is said when it happens, once.
static void watch_outputs(struct bt_live_job *job, bool *ended, int room)
{
    struct bauta_output_info info;
    for (int i = 0; i < room && bauta_output_at(job->engine, i, &info) >= 0; i++) {
        if (info.state == BAUTA_OUTPUT_FAILED && !ended[i])
            bt_say_error("%s: this output ended, the others go on: %s", info.url,
                         bauta_strerror(info.error));
        ended[i] = info.state == BAUTA_OUTPUT_FAILED;
    }
}

int bt_live_terminal(struct bt_live_job *job)
{
    const bool keys = take_keys();
    const bool bar = isatty(STDERR_FILENO);
    bool ended[BAUTA_OUTPUTS_MAX] = {false};
    char text[256];
    int result = BAUTA_E_AGAIN;
    const double began = seconds_now();
    if (keys && !job->quiet)
        say_keys();
    for (int step = 1; result == BAUTA_E_AGAIN; step++) {
        result = bauta_live_wait(job->engine, STEP_MS);
        if (result != BAUTA_E_AGAIN)
            break;
        if (keys)
            read_keys(job);
        if (job->seconds > 0 && seconds_now() - began >= job->seconds)
            bauta_stop(job->engine);
        watch_outputs(job, ended, BAUTA_OUTPUTS_MAX);
        if (job->quiet || step % (bar ? LINE_STEPS : PLAIN_STEPS))
            continue;
        bt_live_line(job->engine, text, sizeof(text));
        if (bar)
            bt_progress_line(text);
        else
            bt_say("%s", text);
    }
    bt_progress_clear();
    if (keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &usual);
    return result;
}

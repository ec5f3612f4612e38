// SPDX-License-Identifier: Apache-2.0
// What the public functions do with wrong calls, before any stream runs.
#include "../check.h"
#include "base/alloc.h"
#include "engine/engine.h"

static char last_line[2100];

static void keep(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level;
    snprintf(last_line, sizeof(last_line), "%s", line);
}

static void test_calls(void)
{
    struct bauta *engine = NULL;
    struct bauta_frame *frame = NULL;
    struct bauta_report report;
    CHECK_INT(bauta_create(&engine), 0);
    CHECK_INT(bauta_set(engine, "shap", "1"), BAUTA_E_USAGE);
    CHECK(strstr(last_line, "shape") != NULL);
    CHECK_INT(bauta_set(engine, "shape", NULL), BAUTA_E_USAGE);
    CHECK_INT(bauta_map(engine, "left", NULL), BAUTA_E_USAGE);
    CHECK_INT(bauta_push(engine, NULL), BAUTA_E_USAGE);
    CHECK_INT(bauta_pull(engine, &frame), BAUTA_E_USAGE);
    CHECK_INT(bauta_process(engine, &frame), BAUTA_E_USAGE);
    CHECK_INT(bauta_run(engine, NULL, "null:", NULL, NULL), BAUTA_E_USAGE);
    // No face to put on: said before anything is read or written.
    last_line[0] = 0;
    CHECK_INT(bauta_run(engine, "test:64x64@25,frames=3", "null:", NULL, NULL),
              BAUTA_E_USAGE);
    CHECK(strstr(last_line, "photo") != NULL);
    bauta_report_get(engine, &report);
    CHECK_INT(report.frames, 0);
    bauta_destroy(&engine);
    CHECK(!engine);
    bauta_destroy(&engine);
    bauta_destroy(NULL);
}

static void test_names(void)
{
    CHECK_TEXT(bauta_stage_name(BAUTA_STAGE_SOURCE), "source");
    CHECK_TEXT(bauta_stage_name(BAUTA_STAGE_SINK), "sink");
    CHECK(!bauta_stage_name(BAUTA_STAGE_COUNT));
    CHECK(!bauta_stage_name((enum bauta_stage)-1));
}

// Each allocation of a whole small stream fails once; none crashes or hangs, and what was
// written to a sink was marked.
static void test_memory(void)
{
    int result = BAUTA_E_NO_MEMORY;
    int tries = 0;
    while (result < 0 && tries < 5000) {
        struct bauta *engine = NULL;
        bt_alloc_fail_after(++tries);
        result = bauta_create(&engine);
        if (result >= 0)
            result = bauta_set(engine, "engine", "none");
        if (result >= 0)
            result = bauta_run(engine, "test:96x64@25,frames=3", "null:", NULL, NULL);
        bt_alloc_fail_after(0);
        bauta_destroy(&engine);
    }
    CHECK_INT(result, 0);
    CHECK(tries > 20);
}

int main(void)
{
    bauta_log_set(keep, NULL);
    test_calls();
    test_names();
    test_memory();
    return check_end();
}

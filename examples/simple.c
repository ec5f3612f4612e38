// SPDX-License-Identifier: Apache-2.0
// The shortest program that uses libbauta: puts the face of a photo on whoever is in a
// video. usage: simple PHOTO CONSENT INPUT OUTPUT
#include <stdio.h>

#include <bauta/bauta.h>

static void show(void *opaque, const struct bauta_progress *progress)
{
    (void)opaque;
    printf("%lld frames\n", (long long)progress->frames);
}

int main(int argc, char **argv)
{
    struct bauta *engine = NULL;
    struct bauta_identity *identity = NULL;
    struct bauta_report report;
    if (argc != 5) {
        fprintf(stderr, "usage: simple PHOTO CONSENT INPUT OUTPUT\n");
        return 2;
    }

    // Whose face it is, and on what ground it is shown.
    const struct bauta_identity_params params = {.consent = argv[2]};
    int error = bauta_identity_open(argv[1], &params, &identity);
    if (error < 0)
        goto end;

    // An engine works on one stream. Options may be set until it runs.
    error = bauta_create(&engine);
    if (error < 0)
        goto end;
    error = bauta_set(engine, "detail", "0.5");
    if (error < 0)
        goto end;
    error = bauta_map(engine, "all", identity);
    if (error < 0)
        goto end;

    // The library says on standard error what goes wrong and why.
    error = bauta_run(engine, argv[3], argv[4], show, NULL);
    if (error < 0)
        goto end;

    bauta_report_get(engine, &report);
    printf("%lld faces replaced in %lld frames, %.1f ms a frame\n",
           (long long)report.faces_swapped, (long long)report.frames, report.path.p50_ms);

end:
    bauta_destroy(&engine);
    bauta_identity_unref(&identity);
    if (error < 0)
        fprintf(stderr, "simple: %s\n", bauta_strerror(error));
    return error < 0 ? -error : 0;
}

// SPDX-License-Identifier: Apache-2.0
// Replays the files of folders through a fuzz target, each also cut short and with bytes
// changed, so that the corpus is a test where there is no fuzzer.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { BYTES_MAX = 1 << 20, CUTS = 64, CHANGES = 512 };

static unsigned state = 1;

static unsigned next(void)
{
    state = state * 1103515245u + 12345u;
    return state >> 8;
}

// In memory of its own, so that a sanitizer sees every byte read past the end.
static void once(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void variations(uint8_t *data, size_t size)
{
    once(data, size);
    for (int i = 0; i < CUTS; i++)
        once(data, size * (size_t)i / CUTS);
    for (int i = 0; i < CHANGES && size; i++) {
        // Heads matter most.
        const size_t range = i & 1 && size > 256 ? 256 : size;
        const size_t at = next() % range;
        const uint8_t old = data[at];
        data[at] = (uint8_t)(i & 2 ? next() : old ^ 1u << (next() & 7));
        once(data, size);
        data[at] = old;
    }
}

static int replay(const char *folder)
{
    static uint8_t data[BYTES_MAX];
    int files = 0;
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "rb");
        if (!file)
            continue;
        const size_t size = fread(data, 1, sizeof(data), file);
        fclose(file);
        variations(data, size);
        files++;
    }
    if (dir)
        closedir(dir);
    return files;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; i++)
        files += replay(argv[i]);
    printf("%d files replayed\n", files);
    return files ? 0 : 1;
}

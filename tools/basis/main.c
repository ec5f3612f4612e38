// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/basis/basis.h"

static int usage(void)
{
    fprintf(stderr, "usage: basis collect MEDIA SAMPLES    mesh portraits and clips\n"
                    "       basis make SAMPLES OUT.tsv     compute the table\n"
                    "       basis judge SAMPLES            how well it generalises\n"
                    "       basis draw SAMPLES FOLDER      pictures of the modes\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct basis_samples samples = {0};
    static struct basis_model model;
    if (argc < 3)
        return usage();
    const char *step = argv[1];
    int result = -1;
    if (argc == 4 && !strcmp(step, "collect")) {
        result = basis_collect(argv[2], &samples);
        if (result >= 0)
            result = basis_samples_write(&samples, argv[3]);
    } else {
        result = basis_samples_read(&samples, argv[2]);
        if (result >= 0 && argc == 3 && !strcmp(step, "judge")) {
            basis_judge(&samples);
        } else if (result >= 0 && argc == 4) {
            result = basis_make(&samples, -1, &model);
            if (result >= 0 && !strcmp(step, "make"))
                result = basis_write(&model, argv[3]);
            else if (result >= 0 && !strcmp(step, "draw"))
                result = basis_draw(&samples, &model, argv[3]);
            else
                result = usage();
        }
    }
    basis_samples_finish(&samples);
    return result < 0 ? 1 : result;
}

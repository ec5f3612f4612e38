// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "face/face.h"

#define OFFSET(field) offsetof(struct bt_face_options, field)

static const char *const nets[] = { "mesh", "attention", NULL };

const struct bt_opt bt_face_opts[] = {
    { { .name = "face-detector-threshold",
        .type = BAUTA_OPTION_FLOAT,
        .initial = "0.5",
        .min = 0.1,
        .max = 0.95,
        .help =
            "How sure the detector must be of a face; lower finds more and errs more." },
      OFFSET(detector_threshold) },
    { { .name = "face-presence-threshold",
        .type = BAUTA_OPTION_FLOAT,
        .initial = "0.5",
        .min = 0.1,
        .max = 0.95,
        .help = "How sure the mesh must be that its region shows a face." },
      OFFSET(presence_threshold) },
    { { .name = "face-smoothing",
        .type = BAUTA_OPTION_FLOAT,
        .initial = "1",
        .min = 0,
        .max = 4,
        .live = 1,
        .help = "Smoothing of the landmarks in time: 0 is none, 1 is usual." },
      OFFSET(smoothing) },
    { { .name = "face-net",
        .type = BAUTA_OPTION_CHOICE,
        .initial = "attention",
        .choices = nets,
        .help = "The net that places the landmarks: attention is finer at lips and eyes, "
                "mesh takes about two thirds of its time." },
      OFFSET(net) },
    { { .name = NULL }, 0 },
};

// SPDX-License-Identifier: Apache-2.0
#include "mark/mark.h"

static const char *const positions[] = {"top-right", "top-left", "bottom-right",
                                        "bottom-left", NULL};

const struct bt_opt bt_mark_opts[] = {
    {{.name = "label-position", .type = BAUTA_OPTION_CHOICE, .initial = "top-right",
      .choices = positions,
      .help = "Corner of the displayed picture in which the label stands."},
     offsetof(struct bt_mark_options, label_position)},
    {{.name = "label-size", .type = BAUTA_OPTION_FLOAT, .initial = "1", .min = .75,
      .max = 3, .help = "Height of the label's letters, 1 being 3.2 % of the picture's."},
     offsetof(struct bt_mark_options, label_size)},
    {{.name = NULL}, 0},
};

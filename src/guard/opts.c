// SPDX-License-Identifier: Apache-2.0
#include "guard/guard.h"

static const char *const lost[] = {"cover", "card", "pass", NULL};

const struct bt_opt bt_guard_opts[] = {
    {{.name = "guard-look-ahead", .type = BAUTA_OPTION_FLOAT, .initial = "1", .min = 0,
      .max = 3, .unit = "s",
      .help = "How far a file is looked ahead to bridge gaps in which no face is found."},
     offsetof(struct bt_guard_options, look_ahead)},
    {{.name = "guard-hold", .type = BAUTA_OPTION_FLOAT, .initial = ".3", .min = 0,
      .max = 2, .unit = "s",
      .help = "How long a lost face is carried on: live, the last picture stands still."},
     offsetof(struct bt_guard_options, hold)},
    {{.name = "lost", .type = BAUTA_OPTION_CHOICE, .initial = "cover", .choices = lost,
      .help = "What a live stream shows when the face is lost: a blurred head and then a "
              "card, a card at once, or the picture as it is."},
     offsetof(struct bt_guard_options, lost)},
    {{.name = NULL}, 0},
};

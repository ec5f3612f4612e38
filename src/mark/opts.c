// SPDX-License-Identifier: Apache-2.0
#include "mark/mark.h"
#include "mark/words.h"

static const char *const positions[] = {"top-right", "top-left", "bottom-right",
                                        "bottom-left", NULL};

static const char *const whens[] = {"persistent", "opening", NULL};

const struct bt_opt bt_mark_opts[] = {
    {{.name = "label-position", .type = BAUTA_OPTION_CHOICE, .initial = "top-right",
      .choices = positions,
      .help = "Corner of the displayed picture in which the label stands."},
     offsetof(struct bt_mark_options, label_position)},
    {{.name = "label-size", .type = BAUTA_OPTION_FLOAT, .initial = "1", .min = .75,
      .max = 3, .help = "Height of the label's letters, 1 being 3.2 % of the picture's."},
     offsetof(struct bt_mark_options, label_size)},
    {{.name = "label-lang", .type = BAUTA_OPTION_CHOICE, .initial = "en",
      .choices = bt_languages,
      .help = "Language of the label and of the line of disclosure, an official one of the "
              "European Union. The label begins with AI in all of them."},
     offsetof(struct bt_mark_options, label_lang)},
    {{.name = "label", .type = BAUTA_OPTION_CHOICE, .initial = "persistent",
      .choices = whens,
      .help = "When the label is seen: persistent, or in the first and the last four "
              "seconds of a film that is evidently a work of art; the watermark and the "
              "manifest stay as ever."},
     offsetof(struct bt_mark_options, label)},
    {{.name = "label-ground", .type = BAUTA_OPTION_STRING,
      .help = "Why the film is such a work, for the manifest; label opening needs it."},
     offsetof(struct bt_mark_options, label_ground)},
    {{.name = NULL}, 0},
};

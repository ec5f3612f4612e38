// SPDX-License-Identifier: Apache-2.0
#include "io/io.h"

#define AT(field) .offset = offsetof(struct bt_io_options, field)

const struct bt_opt bt_io_opts[] = {
    {{.name = "force",
      .type = BAUTA_OPTION_BOOL,
      .initial = "no",
      .help = "Overwrite the output where it exists."},
     AT(force)},
    {{.name = "start",
      .type = BAUTA_OPTION_FLOAT,
      .initial = "0",
      .max = 1e6,
      .unit = "seconds",
      .help = "Leave out what comes before this time of the input."},
     AT(start)},
    {{.name = "duration",
      .type = BAUTA_OPTION_FLOAT,
      .initial = "0",
      .max = 1e6,
      .unit = "seconds",
      .help = "End after this time; 0 goes on to the input's end."},
     AT(duration)},
    {{.name = "codec",
      .type = BAUTA_OPTION_STRING,
      .help = "Video codec or encoder of the output (h264, vp9, ffv1, libx264rgb); by "
              "default the container's: H.264, or VP9 for WebM."},
     AT(codec)},
    {{.name = "quality",
      .type = BAUTA_OPTION_FLOAT,
      .initial = "-1",
      .min = -1,
      .max = 100,
      .help = "Quality of the output's pictures from 0, the lowest that leaves the "
              "watermark in them, to 100; -1 is a high one by the codec."},
     AT(quality)},
    {{.name = "preset",
      .type = BAUTA_OPTION_STRING,
      .help = "The encoder's own word for how hard it works (x264: ultrafast to placebo, "
              "VP9: 0 to 8); by default a balanced one, of live streams "
              "a fast one."},
     AT(preset)},
    {{.name = "audio-codec",
      .type = BAUTA_OPTION_STRING,
      .help = "Codec of the sound, or copy, or none; by default it is copied where the "
              "container can hold it."},
     AT(audio_codec)},
    {{.name = "microphone",
      .type = BAUTA_OPTION_STRING,
      .help = "Record this microphone (default, or a name that bauta devices lists) beside "
              "a live stream, in place of the sound of its input."},
     AT(microphone)},
    {{.name = "realtime",
      .type = BAUTA_OPTION_BOOL,
      .initial = "no",
      .help = "Read a file at its own pace instead of as fast as possible."},
     AT(realtime)},
    {{0}},
};

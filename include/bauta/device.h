// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_DEVICE_H
#define BAUTA_DEVICE_H

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

// What this machine has for live streams, and what it lacks.
enum bauta_device_kind {
    BAUTA_DEVICE_CAMERA,          // gives frames: an input
    BAUTA_DEVICE_VIRTUAL_CAMERA,  // takes frames: an output
    BAUTA_DEVICE_MICROPHONE,      // as PipeWire calls it
    BAUTA_DEVICE_PIPEWIRE,        // its daemon: the name has the version
    BAUTA_DEVICE_COUNT
};

struct bauta_device {
    enum bauta_device_kind kind;
    char name[128];      // as its maker calls it
    char url[160];       // what an input or output is called by; empty: it is not here
    char modes[1024];    // "yuyv 640x480@30 1280x720@10, mjpeg …"; empty: unknown
    char missing[256];   // what is wrong or lacking; empty: nothing
    char command[256];   // the command that helps, or empty
};

// Describes device number index, from 0, kind by kind; BAUTA_E_END past the last. A kind
// of which there is none has one entry that says what is missing. Asks the devices anew
// at each call. Thread-safe.
BAUTA_API int bauta_device_at(int index, struct bauta_device *device);

// "camera", "virtual camera", "microphone", "pipewire"; NULL out of range. Static storage. Thread-safe.
BAUTA_API const char *bauta_device_kind_name(enum bauta_device_kind kind);

#ifdef __cplusplus
}
#endif
#endif

// SPDX-License-Identifier: Apache-2.0
#ifndef BT_NN_ORT_ORT_H
#define BT_NN_ORT_ORT_H

#include <limits.h>
#include <stdbool.h>

#include <onnxruntime_c_api.h>

#include "base/log.h"

// ONNX Runtime, which only the files of this folder know.

// The oldest runtime whose interface has every call here.
enum { BT_ORT_API_VERSION = 17 };

struct bt_ort {
    const OrtApi *api; // set last: non-NULL means open
    OrtEnv *env;
    char version[64];
    char path[PATH_MAX];
};
extern struct bt_ort bt_ort; // written by bt_runtime_open alone

// True when the status is an error, which is then logged and freed.
static inline bool failed(const OrtApi *api, OrtStatus *status, const char *name,
                          const char *what)
{
    if (!status)
        return false;
    bt_error("%s: %s: %s", name, what, api->GetErrorMessage(status));
    api->ReleaseStatus(status);
    return true;
}

// Lets the provider (its whole name) take what it can of the nets made with options. name:
// of the net, for messages. BAUTA_E_PROVIDER with a log line where it does not start.
int bt_ort_append(OrtSessionOptions *options, const char *name, const char *provider);

#endif

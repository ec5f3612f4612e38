// SPDX-License-Identifier: Apache-2.0
#ifndef BT_NN_NN_H
#define BT_NN_NN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bauta/bauta.h>

// Model files, their hashes and licences ------------------------------------------------

enum bt_model_id {
    BT_MODEL_DETECTOR,    // face_detection_short_range.onnx
    BT_MODEL_MESH,        // face_landmark.onnx
    BT_MODEL_ATTENTION,   // face_landmark_attention.onnx
    BT_MODEL_CONTENT,     // content.onnx
    BT_MODEL_FACERES,     // faceres.onnx, optional
    BT_MODEL_COUNT
};

// Writes where the file is into path and returns true, or where it was looked for first.
bool bt_model_place(const char *file, const char *folder, char *path, size_t size);

// Where a model's file is: folder if not NULL, else $BAUTA_MODELS, else models/ beside
// the library's share folder, else the build's deps/models. Reads it whole into memory
// after checking size and SHA-256. BAUTA_E_MODEL with a log line that names the file and
// says what to do.
int bt_model_load(enum bt_model_id id, const char *folder, uint8_t **data, size_t *size);

// A net ready to run ---------------------------------------------------------------------

struct bt_net;

#define BT_NET_PORTS 8
struct bt_net_port {
    char name[64];
    int rank;           // dimensions, at most 4
    int64_t shape[4];   // unused dimensions are 1; 0 where the file leaves one open
    bool half;          // the file has 16-bit floats there; data are converted
    bool wide;          // or, of inputs, 64-bit ones
    size_t count;       // elements
    float *data;        // owned by the net, fixed address: write inputs, read outputs
};
struct bt_net_info {
    int inputs, outputs;
    struct bt_net_port input[BT_NET_PORTS], output[BT_NET_PORTS];
};

// Opens a net of float tensors with static shapes from bytes that the caller keeps until
// it returns. threads: of ONNX Runtime's intra-op pool, 1 uses only the caller's.
int bt_net_open(struct bt_net **out, const char *name, const void *data, size_t size,
                int threads);
// The same in steps: after bt_net_load the info's data are NULL; bt_net_fix says what the
// open dimensions of a port are, BAUTA_E_MODEL with both shapes in a log line where they
// cannot be; bt_net_bind makes the buffers.
int bt_net_load(struct bt_net **out, const char *name, const void *data, size_t size,
                int threads);
// The same with an execution provider by its whole name (bt_provider_find).
// BAUTA_E_PROVIDER with a log line where it does not start or does not take the net.
int bt_net_load_on(struct bt_net **out, const char *name, const void *data, size_t size,
                   int threads, const char *provider);
// The shape as text, open dimensions as ?.
void bt_net_print_shape(char *text, size_t size, const int64_t *shape, int rank);
bool bt_net_fits(const struct bt_net_port *port, const int64_t *shape, int rank);
int bt_net_fix(struct bt_net *net, bool input, int index, const int64_t *shape, int rank);
int bt_net_bind(struct bt_net *net);
// model.c's shortcut: load, check, open, free the bytes.
int bt_net_open_model(struct bt_net **out, enum bt_model_id id, const char *folder, int threads);
const struct bt_net_info *bt_net_info(const struct bt_net *net);
// Runs on the caller's thread; reads input[].data, fills output[].data. One call at a time.
int bt_net_run(struct bt_net *net);
// Ends the run that is in progress on another thread soon, and lets later ones fail.
// Thread-safe, but for bt_net_close.
void bt_net_stop(struct bt_net *net);
void bt_net_close(struct bt_net **net);

// The runtime itself. Loaded once, never unloaded. Thread-safe.
int bt_runtime_open(void);
const char *bt_runtime_version(void);  // "" before
const char *bt_runtime_path(void);

// What runs nets --------------------------------------------------------------------------

#define BT_PROVIDER_CPU "CPUExecutionProvider"
#define BT_PROVIDERS_MAX 32
#define BT_PROVIDER_NAME 64
// The whole name of the provider that is meant: cuda, tensorrt, openvino, cpu or what else
// the runtime offers, with or without "ExecutionProvider", in letters of any size.
// NULL, "" and "auto": the one for CUDA where the runtime has it, else that for the CPU;
// these may fall back where it does not start, others not. Opens the runtime.
// BAUTA_E_PROVIDER with a log line that lists what there is.
int bt_provider_find(const char *wish, char name[BT_PROVIDER_NAME]);
bool bt_provider_is_auto(const char *wish);
// Whole names, as the runtime lists them; how many, or an error.
int bt_provider_list(char name[BT_PROVIDERS_MAX][BT_PROVIDER_NAME]);

#endif
